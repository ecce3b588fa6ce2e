import type { Call } from '../../../../../cluster/api/generated/master';
import { needs } from '../../../../../cluster/master/core/authorize/operator';
import {
  type CallEvent,
  type ChangingCall,
  store,
} from '../../../../../cluster/master/core/operator-calls/call';
import { answerStored, carryOut } from '../../../../../cluster/master/core/operator-calls/calls';
import { changingCall } from '../../../../../cluster/master/core/operator-calls/list';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { readingCall } from '../../../../../cluster/master/edge/http/operator-reads';
import { note } from '../../../../../cluster/model/machine';
import { effectsOf } from '../../../../effects-of';
import { playing } from '../../operator-asks';

/** A call as the README says to add one: all about it is this row. */
const trial: ChangingCall<'REMOVE_QUOTA'> = {
  part: 'remove_quota',
  permission: needs('update_quotas'),
  check: (_state, { role }) => (role === 'bad' ? 'That role is bad' : undefined),
  run: (turn, { role }, event) => store(turn, event, { kind: 'weights', weights: [{ role, weight: 2 }] }),
  stored: (turn, { role }) => note(turn, 'info', `${role} ${turn.state.registry.weights.get(role)}`),
};

function calling(call: Call): CallEvent {
  return { kind: 'operator.call', request: 1, at: 0, call: { type: 'REMOVE_QUOTA', ...call } };
}

function carrying(state: MasterState, event: CallEvent) {
  return effectsOf(state, (turn: Turn) => carryOut(turn, trial, event));
}

describe('a row of its own', () => {
  const { state } = playing(['start', 'hold']);
  const answers = (status: number, text?: string) => [
    { kind: 'answer', request: 1, status, ...(text !== undefined && { text }) },
  ];

  it('is refused without its part, for an error, and without the permission', () => {
    expect(carrying(state, calling({}))).toEqual(
      answers(400, "Failed to validate master::Call: Expecting 'remove_quota' to be present"),
    );
    expect(carrying(state, calling({ remove_quota: { role: 'bad' } }))).toEqual(
      answers(400, 'That role is bad'),
    );
    const acls = { permissive: false, rules: {} };
    const closed = { ...state, boot: { ...state.boot, settings: { ...state.boot.settings, acls } } };
    expect(carrying(closed, calling({ remove_quota: { role: 'web' } }))).toEqual(
      answers(403, '403 Forbidden.'),
    );
  });

  it('is answered when its change is stored, and goes on then', () => {
    const { call, request } = calling({ remove_quota: { role: 'web' } });
    const next = { kind: 'operator.call', call, request, machines: [] } as const;
    expect(effectsOf(state, (turn: Turn) => answerStored(turn, trial, next))).toEqual([
      ...answers(200),
      { kind: 'note', level: 'info', text: 'web undefined' },
    ]);
  });
});

it.each<Call.Type>(['DRAIN_AGENT', 'GET_STATE'])('%s has a row in exactly one of the two lists', (type) => {
  expect([changingCall(type), readingCall(type)].filter(Boolean)).toHaveLength(1);
});

it('a row without a permission, or with the part of another call, does not compile', () => {
  // @ts-expect-error the permission is compulsory: needs(...), needsEach(...) or needsNothing(reason)
  const open: ChangingCall<'REMOVE_QUOTA'> = { part: 'remove_quota', run: trial.run };
  // @ts-expect-error the part of this call is drain_agent
  const other: ChangingCall<'DRAIN_AGENT'>['part'] = trial.part;
  expect([open.part, other]).toEqual(['remove_quota', 'remove_quota']);
});
