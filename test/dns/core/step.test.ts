/** The machines of DNS as processes run them: on a virtual clock, and again from a recording's events. */

import fc from 'fast-check';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { canonicalText } from '../../../cluster/runtime/recording/canonical';
import { replay } from '../../../cluster/runtime/recording/replay';
import type { BuilderInput } from '../../../dns/core/builder/events';
import { PARTS_OUT_MAX } from '../../../dns/core/builder/state';
import { builderMachine } from '../../../dns/core/step';
import { supervisorMachine } from '../../../dns/core/supervisor/supervisor';

test('a builder follows, loses its master, polls, and its events lead to the same state again', () => {
  const clock = new VirtualClock(5000);
  const events: unknown[] = [];
  const effects: string[] = [];
  const boot = { masters: ['a', 'b'], refreshMs: 60_000, detectionMs: 0 };
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
      ...{ 'begin-change': record, settled: record, 'look-up-hosts': record, status: record, lose: record },
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

const EVENTS: readonly BuilderInput[] = [
  { kind: 'started' },
  { kind: 'masters.changed', masters: ['a', 'b'] },
  { kind: 'masters.changed', masters: [] },
  { kind: 'masters.failed' },
  { kind: 'stream.opened', attempt: 0, url: 'a' },
  { kind: 'stream.heard', attempt: 0 },
  { kind: 'stream.begun', attempt: 0, heartbeatMs: 1000, tasks: 1, agents: 1 },
  { kind: 'stream.applied', attempt: 0, changed: true, frameworks: true },
  { kind: 'state.read', attempt: 0, url: 'a', tasks: 1, agents: 1 },
  { kind: 'attempt.ended', attempt: 0, reason: 'gone' },
  { kind: 'pids.read', attempt: 0, changed: true },
  { kind: 'host.changed', host: 'h' },
  { kind: 'stopped' },
];

test('whatever the order of events, a builder keeps what is always true and has few parts on their way', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.nat(2000), fc.boolean()), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (script) => {
      const clock = new VirtualClock(5000);
      let [out, most] = [0, 0];
      const nothing = (): void => undefined;
      const builder = new Mailbox({
        ...{ machine: builderMachine, boot: { masters: ['a'], refreshMs: 3000, detectionMs: 1000 } },
        ...{ clock, log: silentLogger, isStrict: true },
        onBroken: (error) => {
          throw error;
        },
        perform: {
          ...{ open: nothing, poll: nothing, close: nothing, load: nothing, 'ask-pids': nothing },
          ...{ 'begin-change': nothing, settled: nothing, 'look-up-hosts': nothing, status: nothing },
          lose: nothing,
          'send-part': () => {
            most = Math.max(most, ++out);
            builder.post({ kind: 'part.sent', last: clock.now() % 2 === 0 });
            clock.wakeAt(clock.now() + 100, () => {
              out--;
              builder.post({ kind: 'part.taken' });
            });
          },
        },
      });
      for (const [event, passedMs, late] of script) {
        const attempt = builder.state.follow.attempt - (late ? 1 : 0);
        builder.post('attempt' in event ? { ...event, attempt } : event);
        clock.advance(passedMs);
      }
      expect(most).toBeLessThanOrEqual(PARTS_OUT_MAX);
    }),
  );
});

test('each machine breaks on a timer that nobody declared', () => {
  const woke = { kind: 'woke', timer: 'nap', at: 1 } as const;
  const builder = builderMachine.init({ masters: [], refreshMs: 1, detectionMs: 0 });
  expect(() => builderMachine.step(builder, woke)).toThrow('there is no timer nap');
  expect(() => supervisorMachine.step(supervisorMachine.init({}), woke)).toThrow('there is no timer nap');
});
