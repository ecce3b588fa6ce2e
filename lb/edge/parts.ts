/**
 * The parts of a load balancer: HAProxy with its work folder and sockets, the machine, and the connection to Marathon.
 */

import { warnOpenFolder } from '../../cluster/runtime/files/private';
import type { Lifetime } from '../../cluster/runtime/lifecycle';
import type { ProcessDeps } from '../../cluster/runtime/process';
import type { LbConfig } from '../config';
import type { LbBoot } from '../core/events';
import { createRenderer } from '../core/render/render';
import { lbMachine } from '../core/step';
import { Balancer } from './balancer';
import { applyKernelSettings } from './container-setup';
import { findHaproxy } from './find-haproxy';
import { Handover } from './handover';
import { Haproxy } from './haproxy';
import { LbMachine } from './machine';
import { modelOptions } from './model-options';
import { openMarathon } from './open-marathon';
import { canFindProcesses } from './processes';
import { Resolver } from './resolver';
import { RuntimeApi } from './runtime-api';
import { loadTemplates } from './templates';
import { Traffic } from './traffic';
import { openWorkFolder } from './work-folder';

/** Longest wait of a start for Marathon's apps when nothing serves yet. */
export const READ_LIMIT_MS = 2000;

export type LbParts = Awaited<ReturnType<typeof lbParts>>;

export async function lbParts(config: LbConfig, deps: ProcessDeps, life: Lifetime) {
  const program = await findHaproxy(config.haproxy);
  const folder = openWorkFolder(config.workDir, config.haproxyConfig);
  warnOpenFolder('--work-dir', config.workDir, deps.log);
  life.add(() => folder.release());
  applyKernelSettings(config.kernelSettings, config.kernelLenient, deps.log);
  const options = await modelOptions(config, program, folder, deps.log);
  const output = (chunk: Buffer): unknown => process.stdout.write(chunk);
  const haproxy = new Haproxy(program.path, folder, deps.log, output);
  const handover = new Handover(folder.handover, deps.log);
  const machine = createMachine(config, deps, handover);
  life.add(() => machine.stop());
  const runtime = new RuntimeApi(() => haproxy.socketPath, options.mapFolder, machine, deps.log);
  const traffic: Traffic = new Traffic(runtime, () => balancer, deps.log);
  const balancer = new Balancer({
    options,
    render: createRenderer(loadTemplates(config.templates)),
    haproxy,
    runtime,
    capabilities: program.capabilities,
    version: program.version,
    handover,
    resolver: new Resolver(deps.clock, deps.log),
    log: deps.log,
    skipValidation: config.skipValidation,
    workerEnds: () => traffic.workerEnds(),
    machine,
  });
  const marathon = await openMarathon(config, deps.clock, life);
  return { options, folder, machine, haproxy, balancer, marathon, runtime, traffic, handover };
}

function createMachine(
  config: LbConfig,
  { clock, log, record, onEnd }: ProcessDeps,
  handover: Handover,
): LbMachine {
  const boot: LbBoot = {
    // Where processes cannot be found a HAProxy that is left could not be adopted, so it is ended.
    endHaproxy: config.stopHaproxy || !canFindProcesses(),
    readLimitMs: READ_LIMIT_MS,
    startedAt: clock.now(),
    drained: [...handover.drained],
    weights: [...handover.weights],
    cleanUp: config.cleanUp,
    reloadWaitMs: config.reloadWaitMs,
    lingerMs: config.reloadLingerMs,
  };
  const machine = new LbMachine({ boot, clock, log, recorder: record?.({ machine: lbMachine.name, boot }) });
  machine.onBroken((error) => onEnd?.(error.stack ?? error.message));
  return machine;
}
