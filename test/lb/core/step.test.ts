/** The whole machine: whatever happens in whatever order, what is always true stays true, and a replay ends the same. */

import fc from 'fast-check';
import { hashOf } from '../../../cluster/runtime/recording/canonical';
import type { LbEvent, LbInput } from '../../../lb/core/events';
import type { Outcome } from '../../../lb/core/refresh/refresh';
import { checkLb, initLb, type LbState } from '../../../lb/core/state';
import { lbMachine } from '../../../lb/core/step';
import { lbBoot } from '../builders';

const request = fc.integer({ min: 0, max: 5 });
const task = fc.constantFrom('a', 'b');
const serving = fc.subarray(['a', 'b']);
const why = fc.constantFrom(undefined, 'no');
const outcome: fc.Arbitrary<Outcome> = fc.constantFrom<Outcome>(
  { ok: true },
  { ok: false, why: 'no' },
  { ok: false, why: 'no', noAppAtFault: true },
);
const config = fc.constantFrom('', 'c1', 'c2');
const faults = fc.constantFrom([], [{ key: 'listener 0 /a', why: 'x', version: '3' }]);
const kind = <K extends LbInput['kind']>(name: K): { kind: fc.Arbitrary<K> } => ({ kind: fc.constant(name) });

const EVENTS: fc.Arbitrary<LbInput> = fc.oneof(
  fc.record({ ...kind('apps.stored') }),
  fc.record({ ...kind('refresh.asked'), request }),
  fc.record({ ...kind('reload.asked'), request, reason: fc.constant('r') }),
  fc.record({ ...kind('preview.asked'), request }),
  fc.record({ ...kind('haproxy.noticed'), restarts: fc.integer({ min: 0, max: 2 }), same: fc.boolean() }),
  fc.record({ ...kind('loaded.kept') }),
  fc.record({ ...kind('addresses.resolved'), failing: fc.boolean(), versions: fc.constant([]) }),
  fc.record({ ...kind('templates.tried') }),
  fc.record({ ...kind('binds.tried'), unbindable: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ ...kind('servers.read'), structure: fc.constantFrom('', 's'), why }),
  fc.record({
    ...kind('compared'),
    decision: fc.constantFrom('nothing', 'commands', 'reload'),
    reason: fc.constant('r'),
  }),
  fc.record({ ...kind('commanded'), commands: fc.constant(1), outcome }),
  fc.record({ ...kind('files.written'), ok: fc.boolean() }),
  fc.record({ ...kind('structure.differs'), retiring: fc.boolean(), commandsFailed: fc.boolean() }),
  fc.record({ ...kind('workers.looked'), old: fc.integer({ min: 0, max: 1 }), long: fc.boolean() }),
  fc.record({ ...kind('worker.gone') }),
  fc.record({ ...kind('config.checked'), outcome, config }),
  fc.record({ ...kind('faults.found'), faults }),
  fc.record({ ...kind('haproxy.reloaded'), outcome, config, reason: fc.constant('r'), faults }),
  fc.record({ ...kind('refresh.failed'), why: fc.constant('bug') }),
  fc.record({ ...kind('structure.adopted'), structure: fc.constantFrom('', 's') }),
  fc.record({ ...kind('weight.set'), app: fc.constant('/a'), weight: fc.constantFrom(undefined, 2) }),
  fc.record({
    ...kind('drain.asked'),
    request,
    task,
    serving,
    app: fc.constant(undefined),
    deadlineMs: fc.constantFrom(0, 50),
  }),
  fc.record({ ...kind('drain.read'), request }),
  fc.record({ ...kind('drain.served'), request, serving }),
  fc.record({ ...kind('drain.undone'), request, task, serving }),
  fc.record({ ...kind('connections.counted'), counts: fc.constantFrom([], [['a', 1] as const]), why }),
  fc.record({ ...kind('servers.leaving'), count: fc.nat(2) }),
  fc.record({ ...kind('servers.swept'), deleted: fc.nat(2), left: fc.nat(2) }),
  fc.record({ ...kind('woke'), timer: fc.constantFrom('refresh', 'count', 'probe', 'sweep') }),
);

test('what is always true stays true through any events, and the same events end in the same state', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(EVENTS, fc.nat(30)), { maxLength: 80 }), (events) => {
      const states: [LbState, LbState] = [initLb(lbBoot), initLb(lbBoot)];
      let now = 0;
      for (const [event, later] of events) {
        now += later;
        for (const state of states) lbMachine.step(state, structuredClone({ ...event, at: now }) as LbEvent);
        expect(checkLb(states[0])).toEqual([]);
      }
      expect(hashOf(states[0])).toBe(hashOf(states[1]));
    }),
    { numRuns: 300 },
  );
});

test('a timer that is not declared breaks the step', () => {
  expect(() => lbMachine.step(initLb(lbBoot), { kind: 'woke', timer: 'other', at: 0 })).toThrow(
    'there is no timer other',
  );
});
