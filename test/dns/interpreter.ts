/**
 * Scripts for the machines of DNS, on a virtual clock: what masters, ZooKeeper and threads do is typed, and what the machines
 * do about it comes out. Each part of a change is taken when a script says so.
 */

import { VirtualClock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import type { BuilderInput } from '../../dns/core/builder/events';
import { builderMachine } from '../../dns/core/step';
import type { SupervisorInput } from '../../dns/core/supervisor/supervisor';
import { supervisorMachine } from '../../dns/core/supervisor/supervisor';
import { type Interpreter, optionsOf } from '../scripts/run';

const START = 1_000_000;

interface Output {
  readonly clock: VirtualClock;
  readonly lines: string[];
  /** Writes a line of one of the machines. */
  readonly write: (...words: readonly (string | number)[]) => void;
  readonly log: Logger;
}

function openOutput(): Output {
  const clock = new VirtualClock(START);
  const lines: string[] = [];
  let told = START;
  const write = (...words: readonly (string | number)[]): void => {
    if (clock.now() !== told) lines.push(`at ${clock.now() - START}ms`);
    told = clock.now();
    lines.push(words.join(' '));
  };
  const line =
    (level: string) =>
    (fields: object, text: string): void =>
      write(`${level}:`, [text, ...Object.entries(fields).map((field) => field.join('='))].join(' '));
  const log: Logger = {
    ...{ debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    child: () => log,
  };
  return { clock, lines, write, log };
}

const broken = (error: Error): never => {
  throw error;
};

/** A duration such as `30s` or `200ms`, in ms. */
function millis(text = '0s'): number {
  return text.endsWith('ms') ? Number(text.slice(0, -2)) : Number(text.slice(0, -1)) * 1000;
}

/** Runs the commands of one script. The first command makes the machine: `builder` or `supervisor`. */
export function openDns(): Interpreter {
  const output = openOutput();
  let interpret: Interpreter | undefined;
  return (words, line) => {
    const [command = '', time] = words;
    if (command === 'builder') interpret = openBuilder(output, optionsOf(words));
    else if (command === 'supervisor') interpret = openSupervisor(output);
    else if (command === 'wait') output.clock.advance(millis(time));
    else if (interpret) interpret(words, line);
    else throw new Error(`there is no machine for ${line}`);
    return output.lines.splice(0);
  };
}

function openBuilder({ clock, log, write }: Output, options: Record<string, string>): Interpreter {
  let parts = 1;
  let next = 0;
  const listed = (text = ''): string[] => text.split(',').filter(Boolean);
  const boot = {
    masters: listed(options['masters']),
    refreshMs: millis(options['refresh'] ?? '60s'),
    detectionMs: millis(options['detection']),
  };
  const mailbox = new Mailbox({
    ...{ machine: builderMachine, boot, clock, log, isStrict: true, onBroken: broken },
    perform: {
      open: ({ attempt, url }) => write('open', attempt, url),
      poll: ({ attempt, url }) => write('poll', attempt, url),
      close: () => write('close'),
      load: ({ attempt }) => write('load', attempt),
      'ask-pids': ({ url }) => write('ask-pids', url),
      'begin-change': ({ serial }) => {
        write('begin-change', serial);
        next = 0;
      },
      'send-part': () => {
        next++;
        write('send-part', next);
        mailbox.post({ kind: 'part.sent', last: next >= parts });
      },
      settled: () => write('settled'),
      'look-up-hosts': () => write('look-up-hosts'),
      lose: ({ reason }) => write('lose', reason),
      status: ({ source, heardAt, failures }) =>
        write('status', source, `heard=${heardAt && heardAt - START}ms`, `failures=${failures}`),
    },
  });
  /** Events about the newest attempt. */
  const tell = (event: object): void => {
    const { attempt } = mailbox.state.follow;
    mailbox.post({ attempt, ...event } as unknown as BuilderInput);
  };
  const sizes = { tasks: 3, agents: 2 };
  const commands: Record<string, (words: readonly string[]) => void> = {
    start: () => tell({ kind: 'started' }),
    opened: ([url = mailbox.state.follow.url]) => tell({ kind: 'stream.opened', url }),
    begun: (words) => {
      const { heartbeat } = optionsOf(words);
      const heartbeatMs = heartbeat === undefined ? undefined : millis(heartbeat);
      tell({ kind: 'stream.begun', heartbeatMs, ...sizes });
    },
    heartbeat: () => tell({ kind: 'stream.applied', changed: false, frameworks: false }),
    event: (words) =>
      tell({ kind: 'stream.applied', changed: true, frameworks: words.includes('framework') }),
    state: ([url = mailbox.state.follow.url]) => tell({ kind: 'state.read', url, ...sizes }),
    refused: (words) => tell({ kind: 'attempt.ended', reason: words.join(' ') }),
    ended: () => tell({ kind: 'attempt.ended', reason: '' }),
    late: (words) => {
      const attempt = Number(optionsOf(words)['attempt']);
      tell({ kind: 'stream.begun', attempt, heartbeatMs: undefined, ...sizes });
    },
    pids: (words) => tell({ kind: 'pids.read', changed: words.includes('changed') }),
    masters: ([list]) => tell({ kind: 'masters.changed', masters: listed(list) }),
    'zookeeper-away': () => tell({ kind: 'masters.failed' }),
    host: ([host]) => tell({ kind: 'host.changed', host }),
    parts: ([count]) => {
      parts = Number(count);
    },
    taken: () => tell({ kind: 'part.taken' }),
    stop: () => tell({ kind: 'stopped' }),
  };
  return run(commands);
}

function openSupervisor({ clock, log, write }: Output): Interpreter {
  const mailbox = new Mailbox({
    ...{ machine: supervisorMachine, boot: {}, clock, log, isStrict: true, onBroken: broken },
    perform: {
      'start-thread': ({ thread }) => write('start-thread', thread),
      'stop-thread': ({ thread }) => write('stop-thread', thread),
      status: ({ status }) => write('status', status.source, `failures=${status.failures}`),
      lose: ({ reason }) => write('lose', reason),
      stopped: () => write('stopped'),
    },
  });
  const tell = (event: object): void => {
    const { thread } = mailbox.state;
    mailbox.post({ thread, ...event } as unknown as SupervisorInput);
  };
  return run({
    start: () => tell({ kind: 'started' }),
    status: ([source, failures = '0']) => {
      const status = { source, heardAt: clock.now(), failures: Number(failures), tasks: 3 };
      tell({ kind: 'thread.status', status });
    },
    fails: (words) => tell({ kind: 'thread.ended', reason: words.join(' ') }),
    'stopped-thread': () => tell({ kind: 'thread.stopped' }),
    lost: (words) => tell({ kind: 'source.lost', reason: words.join(' ') }),
    stop: () => tell({ kind: 'stop.requested' }),
  });
}

function run(commands: Readonly<Record<string, (words: readonly string[]) => void>>): Interpreter {
  return ([command = '', ...words]) => {
    const carryOut = commands[command];
    if (!carryOut) throw new Error(`there is no command ${command}`);
    carryOut(words);
    return [];
  };
}
