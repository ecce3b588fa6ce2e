/** The machines of DNS as processes run them: on a virtual clock, and again from a recording's events. */

import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { canonicalText } from '../../../cluster/runtime/recording/canonical';
import { replay } from '../../../cluster/runtime/recording/replay';
import { builderMachine, supervisorMachine } from '../../../dns/core/step';

test('a builder follows, loses its master, polls, and its events lead to the same state again', () => {
  const clock = new VirtualClock(5000);
  const events: unknown[] = [];
  const effects: string[] = [];
  const boot = { masters: ['a', 'b'], refreshMs: 60_000 };
  const record = (effect: { readonly kind: string; readonly url?: string }): void => {
    effects.push([effect.kind, effect.url].filter(Boolean).join(' '));
  };
  const builder = new Mailbox({
    ...{ machine: builderMachine, boot, clock, log: silentLogger, isStrict: true },
    recorder: { event: (event) => void events.push(event), end: async () => undefined },
    onBroken: (error) => {
      throw error;
    },
    perform: {
      ...{ open: record, poll: record, close: record, load: record, 'ask-pids': record },
      ...{ 'begin-change': record, settled: record, 'look-up-hosts': record, status: record },
      'send-part': () => {
        builder.post({ kind: 'part.sent', last: true });
        builder.post({ kind: 'part.taken' });
      },
    },
  });
  const attempt = (): number => builder.state.follow.attempt;
  builder.post({ kind: 'started' });
  builder.post({ kind: 'stream.opened', attempt: attempt(), url: 'a' });
  builder.post({ kind: 'stream.begun', attempt: attempt(), heartbeatMs: 1000, tasks: 1, agents: 1 });
  builder.post({ kind: 'stream.applied', attempt: attempt(), changed: true, frameworks: true });
  clock.advance(3000);
  expect([effects.splice(0), builder.state.source]).toEqual([
    ['open a', 'load', 'status', 'begin-change', 'look-up-hosts', 'ask-pids a', 'status', 'close'],
    'none',
  ]);
  clock.advance(100);
  for (let refused = 0; refused < 2; refused++)
    builder.post({ kind: 'attempt.ended', attempt: attempt(), reason: 'status 404' });
  builder.post({ kind: 'state.read', attempt: attempt(), url: 'a', tasks: 1, agents: 1 });
  clock.advance(60_000);
  expect([effects, builder.state.source]).toEqual([
    [
      ...['open a', 'close', 'open b', 'close', 'poll a', 'load'],
      ...['begin-change', 'look-up-hosts', 'status', 'open a'],
    ],
    'poll',
  ]);
  const recording = { machine: 'dns-builder', boot, events, end: undefined, torn: false };
  expect(canonicalText(replay(recording, builderMachine).state)).toBe(canonicalText(builder.state));
});

test('each machine breaks on a timer that nobody declared', () => {
  const woke = { kind: 'woke', timer: 'nap', at: 1 } as const;
  const builder = builderMachine.init({ masters: [], refreshMs: 1 });
  expect(() => builderMachine.step(builder, woke)).toThrow('there is no timer nap');
  expect(() => supervisorMachine.step(supervisorMachine.init({}), woke)).toThrow('there is no timer nap');
});
