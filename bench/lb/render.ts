/** How long it takes from apps to the text of a configuration: all of 1,000 apps, and one that changed. */

import { parseFlags } from '../../cluster/runtime/config/flags';
import { lbFlags, readLbConfig } from '../../lb/config';
import { createAppStore } from '../../lb/core/apps/app-store';
import { createModelBuilder } from '../../lb/core/model/model';
import { decide } from '../../lb/core/reload/decide-reload';
import { createRenderer } from '../../lb/core/render/render';
import { emptyContext } from '../../lb/core/services/options';
import { previewOptions } from '../../lb/edge/render/main';
import { loadTemplates } from '../../lb/edge/templates';
import { benchApp, benchApps } from './apps';
import { type Figure, spread } from './figures';

const APPS = 1000;

/** Figures in milliseconds. */
export function benchRender(): Figure[] {
  const templates = loadTemplates();
  const { flags } = parseFlags(lbFlags, { command: '', about: '', args: ['--group', 'external'], env: {} });
  const options = previewOptions(readLbConfig(flags, {}));
  const context = { ...emptyContext, addresses: new Map([['127.0.0.1', '127.0.0.1']]) };
  const json = { apps: benchApps(APPS) };
  const full: number[] = [];
  const samples: number[] = [];
  const whole: number[] = [];
  /** Processor time says more than the clock where others use the machine too. */
  const [fullCpu, oneCpu]: [number[], number[]] = [[], []];
  const cpu = (since: NodeJS.CpuUsage): number => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1000;
  };
  for (let turn = 0; turn < 7; turn++) {
    const store = createAppStore();
    store.replaceAll(json);
    const build = createModelBuilder(options);
    const render = createRenderer(templates);
    const began = performance.now();
    const usedBefore = process.cpuUsage();
    let files = render(build(store.apps(), context));
    if (files.config.length > 0 && turn > 0) {
      full.push(performance.now() - began);
      fullCpu.push(cpu(usedBefore));
    }
    for (let change = 0; change < 40; change++) {
      const app = benchApp(500, 9 + (change % 2), undefined);
      const from = performance.now();
      const usedFrom = process.cpuUsage();
      store.replaceOne('/team-0/app-500', { app });
      const next = render(build(store.apps(), context));
      decide(files, next, { servers: true, maps: true });
      files = next;
      if (turn > 0 && change > 5) {
        samples.push(performance.now() - from);
        oneCpu.push(cpu(usedFrom));
      }
      // The whole text is put together after HAProxy has changed, to be written: measured for itself.
      const text = performance.now();
      if (next.config.length > 0 && turn > 0 && change > 5) whole.push(performance.now() - text);
    }
  }
  return [
    { what: `full render of ${APPS} apps`, ...spread(full), aim: 200, note: processor(fullCpu) },
    {
      what: "one app's change among them, render and decide",
      ...spread(samples),
      aim: 5,
      note: processor(oneCpu),
    },
    { what: 'and the whole text again, for the file', ...spread(whole) },
  ];
}

function processor(times: readonly number[]): string {
  const { median, p99 } = spread(times);
  return `processor time ${median.toFixed(1)} and ${p99.toFixed(1)} ms`;
}
