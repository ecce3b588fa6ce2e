/** What is made by changing what was there is what would be made from nothing, whatever changes, in any order. */

import { createAppStore } from '../../../../lb/core/apps/app-store';
import { buildModel, createModelBuilder } from '../../../../lb/core/model/model';
import { keepStructure } from '../../../../lb/core/reload/keep-structure';
import { type ConfigFiles, createRenderer } from '../../../../lb/core/render/render';
import type { BuildContext, ModelOptions } from '../../../../lb/core/services/options';
import { loadTemplates } from '../../../../lb/edge/templates';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

type Json = Record<string, unknown>;
const STEPS = 250;
const templates = loadTemplates();

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const LABELS: readonly Json[] = [
  {},
  { HAPROXY_0_VHOST: 'a.example.com' },
  { HAPROXY_0_VHOST: 'b.example.com', HAPROXY_0_PATH: '/x' },
  { HAPROXY_0_AUTH: 'r:u:p', HAPROXY_0_VHOST: 'c.example.com' },
  { HAPROXY_0_BIND_ADDR: 'nowhere' },
  { HAPROXY_0_PORT: '10001' },
  { HAPROXY_0_PORT: '10001', HAPROXY_0_VHOST: 'a.example.com' },
  { HAPROXY_0_PORT: '10001', HAPROXY_0_BIND_ADDR: '127.0.0.1', HAPROXY_0_BACKEND_WEIGHT: '-1' },
  { HAPROXY_0_STICKY: 'true', HAPROXY_UNKNOWN: 'x' },
  { HAPROXY_DEPLOYMENT_GROUP: '/group' },
  { HAPROXY_0_SERVER_WEIGHT: '7' },
];

const WHAT = ['', 'listener 0 ', 'hosts 0 '];

const SHAPES: readonly [string, Partial<ModelOptions>][] = [
  ['plain', {}],
  ['HTTPS', { httpsIn: { address: '*', port: 443, certificates: ['/c.pem'], http2: true } }],
  ['maps', { mapFolder: '/maps' }],
  ['ports by range', { portRange: { min: 20_000, max: 20_010 } }],
];

test.each(SHAPES)('random changes: %s', (name, more) => {
  const random = generator(name.length);
  const options = { ...plainOptions, ...more };
  const apps: Json[] = [];
  const change = (index: number): void => {
    const tasks = Array.from({ length: random(4) }, (_, task) =>
      taskJson(`t${index}.${random(6)}`, [31_000 + 10 * index + task], {
        host: ['127.0.0.1', 'agent1', 'agent9'][random(3)],
        healthCheckResults: random(2) === 0 ? [] : [{ alive: random(3) > 0 }],
        ipAddresses: [{ ipAddress: '10.0.0.1' }],
      }),
    );
    const networks = random(10) === 0 ? { networks: [{ mode: 'container' }], portDefinitions: [] } : {};
    apps[index] = appJson(`/app${index}`, 10_000 + index, tasks, {
      labels: LABELS[random(3) > 0 ? 1 : random(LABELS.length)],
      healthChecks: random(3) === 0 ? [{ protocol: 'TCP', portIndex: 0 }] : [],
      ...networks,
    });
  };
  for (let index = 0; index < 6; index++) change(index);
  const store = createAppStore();
  const build = createModelBuilder(options);
  const render = createRenderer(templates);
  let context: BuildContext = addressContext;
  let served = build([], context);
  for (let step = 0; step < STEPS; step++) {
    const kind = random(12);
    if (kind === 0) context = { ...context, drained: new Set([`t${random(6)}.${random(6)}`]) };
    else if (kind === 1) context = { ...context, weights: new Map([[`/app${random(6)}`, random(200)]]) };
    else if (kind === 2)
      context = { ...context, aliveByTask: new Map([[`t${random(6)}.${random(6)}`, random(2) > 0]]) };
    else if (kind === 3)
      context = { ...context, addresses: new Map([...context.addresses, ['agent9', `9.9.9.${random(3)}`]]) };
    else if (kind === 4)
      context = {
        ...context,
        refused: new Map(random(2) > 0 ? [[`${WHAT[random(3)]}/app${random(6)}`, 'why']] : []),
      };
    else if (kind === 5)
      context = {
        ...context,
        unbindable: new Map(random(2) > 0 ? [[`*:${10_000 + random(6)}`, 'taken']] : []),
      };
    else for (let times = 1 + random(2); times > 0; times--) change(random(6));
    store.replaceAll({ apps: apps.filter(() => random(15) > 0) });
    const model = build(store.apps(), context);
    const whole = buildModel(store.apps(), options, context);
    const patched = render(model);
    const fresh = createRenderer(templates)(whole);
    expect(patched.config).toBe(fresh.config);
    expect(patched.maps).toEqual(fresh.maps);
    expect(model.issues).toEqual(whole.issues);
    const backends = (files: ConfigFiles) => files.blocks.map(({ backend }) => ({ ...backend, version: 0 }));
    expect(backends(patched)).toEqual(backends(fresh));
    const kept = keepStructure(served, model);
    expect(render(kept).config).toBe(createRenderer(templates)(kept).config);
    if (random(3) === 0) served = model;
  }
});
