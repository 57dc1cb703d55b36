"use strict";

/** The circles of a graph (a Map of node to a Set of nodes): groups in which each reaches each other, sorted. */
function circlesIn(graph) {
  const state = { graph, index: new Map(), low: new Map(), stack: [], circles: [] };
  for (const node of graph.keys()) {
    if (!state.index.has(node)) {
      visit(node, state);
    }
  }
  return state.circles.map((circle) => circle.sort()).sort();
}

/** One round of Tarjan's. */
function visit(node, state) {
  const { graph, index, low, stack, circles } = state;
  index.set(node, index.size);
  low.set(node, index.get(node));
  stack.push(node);
  for (const next of graph.get(node) ?? []) {
    if (!index.has(next)) {
      visit(next, state);
      low.set(node, Math.min(low.get(node), low.get(next)));
    } else if (stack.includes(next)) {
      low.set(node, Math.min(low.get(node), index.get(next)));
    }
  }
  if (low.get(node) === index.get(node)) {
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) {
      circles.push(circle);
    }
  }
}

/** The shortest way from a circle's first member back to it. */
function wayRound(graph, circle) {
  const [first] = circle;
  const ways = [[first]];
  const seen = new Set();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1))) {
      if (next === first) {
        return [...way, first];
      }
      if (circle.includes(next) && !seen.has(next)) {
        seen.add(next);
        ways.push([...way, next]);
      }
    }
  }
  return circle;
}

/**
 * What is wrong, a line each: circles whose members do not all stand in one of `allowed`, and members of those that
 * are in no circle any more.
 */
function circleFaults(graph, allowed) {
  const circles = circlesIn(graph);
  const isKnown = (circle) => allowed.some((known) => circle.every((member) => known.includes(member)));
  const found = circles
    .filter((circle) => !isKnown(circle))
    .map((circle) => `${circle.length} modules use each other (${circle.join(", ")}): ${wayRound(graph, circle).join(" → ")}`);
  const inCircles = new Set(circles.flat());
  const freed = allowed
    .flat()
    .filter((member) => !inCircles.has(member))
    .map((member) => `${member} is in no circle any more: take it off the list of those that are`);
  return [...found, ...freed];
}

module.exports = { circleFaults, circlesIn };
