/**
 * An emulated agent: the real agent's machine with emulated executors.
 */

import { randomInt } from 'node:crypto';
import type { AgentEffect } from '../../agent/core/state/effects';
import type { AgentBoot, AgentEvent, AgentInput } from '../../agent/core/state/events';
import type { AgentState } from '../../agent/core/state/state';
import { agentMachine } from '../../agent/core/step';
import { readMessage } from '../../agent/edge/messages';
import type { Resource } from '../../api/generated/mesos';
import { encodeProtobuf } from '../../api/protobuf';
import type { Clock } from '../../runtime/clock';
import type { Logger } from '../../runtime/log';
import { Mailbox } from '../../runtime/mailbox';
import type { Libprocess } from '../../runtime/messages/libprocess';
import { VERSION } from '../../runtime/version';
import { EmulatedExecutors, type TaskTimes } from './emulated-executors';

export type EmulatedAgent = Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot>;

/** The parts that all emulated agents share. */
export interface EmulatorContext {
  readonly options: TaskTimes & {
    readonly resources: readonly Resource[];
    readonly registrationBackoffMs: number;
  };
  readonly clock: Clock;
  readonly log: Logger;
  /** Sends and receives for all of them. */
  readonly libprocess: Libprocess;
  /** Number of running tasks. */
  readonly running: { count: number };
}

/** Makes an agent; `index` is the number in its libprocess id, `slave(index)`. */
export function createEmulatedAgent(context: EmulatorContext, index: number): EmulatedAgent {
  const { libprocess, clock, log } = context;
  const id = `slave(${index})`;
  const post = (event: AgentInput): void => mailbox.post(event);
  const executors = new EmulatedExecutors({ clock, post, times: context.options, running: context.running });
  const mailbox: EmulatedAgent = new Mailbox({
    machine: agentMachine,
    boot: bootOf(context, index),
    clock,
    log: log.child({ agent: id }),
    onBroken: (error) =>
      log.error({ agent: id, error: error.stack ?? error.message }, 'an emulated agent broke'),
    perform: {
      send: ({ to, name, message }) => libprocess.send(to, name, encodeProtobuf(name, message), id),
      tell: () => undefined,
      link: ({ to }) => libprocess.link(to),
      checkpoint: ({ commit }) => mailbox.post({ kind: 'checkpointed', commit }),
      recover: () => undefined,
      launch: (launch) => executors.launch(launch),
      update: ({ containerId }) => post({ kind: 'container.updated', containerId }),
      destroy: ({ containerId }) => executors.leave(containerId),
      event: ({ stream, event }) => executors.handle(stream, event),
      close: () => undefined,
      answer: () => undefined,
      touch: () => undefined,
      remove: () => undefined,
      measure: () => undefined,
      measureLoad: () => undefined,
      stopped: () => undefined,
      abort: () => undefined,
    },
  });
  libprocess.register(id, (message) => {
    const event = readMessage(message);
    if (event) mailbox.post(event);
  });
  return mailbox;
}

function bootOf({ options, libprocess, clock }: EmulatorContext, index: number): AgentBoot {
  const { host, port } = libprocess.address;
  return {
    ip: host,
    port,
    hostname: `emulated-${index}`,
    version: VERSION,
    resources: options.resources,
    attributes: [],
    startedAt: clock.now(),
    seed: randomInt(2 ** 32),
    process: `slave(${index})`,
    agentId: undefined,
    workDir: '/emulated',
    settings: {
      executorKinds: ['command'],
      registrationBackoffMs: options.registrationBackoffMs,
      executorRegistrationTimeoutMs: 60_000,
      executorShutdownGraceMs: 5000,
      executorReregistrationTimeoutMs: 2000,
      executorReregistrationRetryMs: undefined,
      recoveryTimeoutMs: 900_000,
      maxCompletedExecutors: 0,
      executorEnvironment: {},
    },
  };
}
