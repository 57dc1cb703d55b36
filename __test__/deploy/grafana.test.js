"use strict";

/** The Grafana dashboard and the metrics: whatever the one asks for, the others must tell. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const client = require("prom-client");
const { METRICS } = require("../../lib/prom-metrics.js");
const dashboard = require("../../deploy/grafana/callstreams.json");

/** Labels that Prometheus adds. */
const ITS_OWN = ["instance", "job"];
const WORDS = ["sum", "rate", "by"];

const panels = dashboard.panels.filter(({ type }) => type !== "row");
const queries = [
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat }))),
  ...dashboard.templating.list
    .filter(({ type }) => type === "query")
    .map(({ name, definition }) => ({ title: name, expr: definition, legendFormat: "" }))
];

/** The labels of each metric that there is, by name. */
function known() {
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  const theirs = registry.getMetricsAsArray().map(({ name, labelNames = [] }) => [name, labelNames]);
  return new Map([...METRICS.map(({ name, labels }) => [name, labels]), ...theirs]);
}

/** What a query names: metrics, and the labels that it goes by. */
function namedIn(expr) {
  const text = expr.replace(/"[^"]*"/g, '""').replace(/\[\$__rate_interval\]/g, "");
  const grouped = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list.split(/, */));
  const matched = [...text.matchAll(/(\w+)(?==~?"")/g)].map(([, label]) => label);
  const values = [...text.matchAll(/label_values\([^)]*, (\w+)\)/g)].map(([, label]) => label);
  const rest = text
    .replace(/label_values\(([^,{]*(?:\{[^}]*\})?), \w+\)/g, "$1")
    .replace(/\bby \([^)]*\)/g, "")
    .replace(/\{[^}]*\}/g, "");
  const metrics = [...rest.matchAll(/[a-z]\w+/g)].map(([word]) => word).filter((word) => !WORDS.includes(word));
  return { metrics, labels: [...grouped, ...matched, ...values] };
}

describe("the dashboard", () => {
  for (const { title, expr, legendFormat } of queries) {
    test(`asks for what there is: ${title}: ${expr}`, () => {
      const { metrics, labels } = namedIn(expr);
      assert.ok(metrics.length > 0);
      const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      for (const metric of metrics) {
        assert.ok(known().has(metric), `${metric} is no metric`);
        for (const label of [...labels, ...legend].filter((name) => !ITS_OWN.includes(name))) {
          assert.ok(known().get(metric).includes(label), `${metric} has no label ${label}`);
        }
      }
    });

    test(`asks how fast counters grow, and gauges as they are: ${title}: ${expr}`, () => {
      const counters = METRICS.filter(({ type, name }) => type === "counter" && expr.includes(name));
      const gauges = METRICS.filter(({ type, name }) => type === "gauge" && new RegExp(`${name}\\b`).test(expr));
      counters.forEach(({ name }) => assert.match(expr, new RegExp(`rate\\(${name}\\{`)));
      gauges.forEach(({ name }) => assert.doesNotMatch(expr, new RegExp(`rate\\(${name}\\b`)));
    });
  }

  test("has panels with titles, numbers of their own and places that do not overlap", () => {
    const all = dashboard.panels;
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    const taken = new Set();
    for (const { title, gridPos } of all) {
      assert.ok(title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(x < 24 && !taken.has(`${x} ${y}`), title);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  test("takes its data from whatever source is chosen", () => {
    assert.ok(panels.every(({ datasource }) => datasource.uid === "${datasource}"));
    assert.equal(dashboard.templating.list[0].type, "datasource");
  });
});
