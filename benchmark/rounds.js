"use strict";

/**
 * Measures each of `peers` once a round, in turn, so that a change in the machine's speed meets them
 * all. Gives the results of each by name.
 */
async function inTurn(peers, rounds, measure) {
  const results = Object.fromEntries(peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) {
      results[peer].push(await measure(peer));
    }
  }
  return results;
}

/** Of one figure over several rounds: the median, the least and the most. */
function spread(results, figure) {
  const sorted = results.map(figure).sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], min: sorted[0], max: sorted.at(-1) };
}

module.exports = { inTurn, spread };
