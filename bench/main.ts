/**
 * `npm run bench -- NAME`: measures beside what a user would otherwise run. A new bench is a row in BENCHES; its code is
 * loaded when it is asked for.
 */

import { removeLeftoversAtExit } from './leftovers';

/** What may follow the names. */
interface Options {
  /** A command that runs what is replaced, to be measured beside it. */
  readonly original: string | undefined;
}

/** Name, what it measures, and the run itself. */
const BENCHES: readonly (readonly [name: string, about: string, run: (options: Options) => Promise<void>])[] =
  [
    [
      'allocation',
      'one allocation over 1,000 to 20,000 agents',
      async () => (await import('./master/allocation')).benchAllocation(),
    ],
    [
      'launches',
      'tasks running and acknowledged each second on emulated agents',
      async () => (await import('./master/launches')).benchLaunches(),
    ],
    [
      'failover',
      'agents that come back to a new master with all their tasks, and memory',
      async () => (await import('./master/failover')).benchFailover(),
    ],
    [
      'paper',
      'the start of a task beside 200 frameworks on 50,000 agents',
      async () => (await import('./master/paper')).benchPaper(),
    ],
    [
      'state',
      '/state of a large cluster under 20 pollers',
      async () => (await import('./master/state')).benchState(),
    ],
    [
      'snapshot',
      'how long big reads hold up the master at 100,000 tasks',
      async () => (await import('./master/snapshot')).benchSnapshot(),
    ],
    [
      'agent',
      'tasks of one agent beside plain children: starts, kills, memory, and recovery after kill -9',
      async () => (await import('./agent/bench')).benchAgent(),
    ],
    [
      'up',
      'time from `meseta up` to the first answer through HAProxy, and memory',
      async () => (await import('./up/first-answer')).benchUp(),
    ],
    [
      'dns',
      'answers of DNS beside NSD and a bare echo; loads and changes of a large cluster',
      async () => (await import('./dns/bench')).benchDns(),
    ],
    [
      'dns-explain',
      'how long the explanation of a missing name holds up the zone at 100,000 tasks, beside every name compared',
      async () => (await import('./dns/explain')).benchExplain(),
    ],
    [
      'chronos',
      'Chronos with 100,000 jobs: start, memory, API, cost of a due slot; 1,000 jobs due in one second',
      async () => (await import('./chronos/bench')).benchChronos(),
    ],
    [
      'marathon',
      'Marathon: 1,000 to 50,000 instances and up to 10,000 apps until all run, with reads, changes and pings meanwhile',
      async () => (await import('./marathon/bench')).benchMarathon(),
    ],
    [
      'lb',
      'the load balancer: text, changes to traffic, plain restarts beside it; --original COMMAND for marathon-lb',
      async ({ original }) => (await import('./lb/bench')).benchLb(original),
    ],
  ];

async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--original');
  const original = at < 0 ? undefined : args[at + 1];
  const names = at < 0 ? args : args.filter((_, place) => place !== at && place !== at + 1);
  const chosen = BENCHES.filter(([name]) => names.includes(name));
  if (chosen.length === 0 || chosen.length < names.length) {
    process.stderr.write('Which bench?\n');
    for (const [name, about] of BENCHES) process.stderr.write(`  npm run bench -- ${name}   ${about}\n`);
    return 2;
  }
  removeLeftoversAtExit();
  for (const [, , run] of chosen) await run({ original });
  return 0;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    // What was started may still keep this process.
    process.exit(1);
  },
);
