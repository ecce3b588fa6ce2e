import {
  announce,
  commit,
  newOutbox,
  type Outbox,
  release,
  save,
  saveAtCommit,
  storeTransitions,
} from '../../../../../frameworks/kit/core/turn/outbox';

type Effect =
  | { kind: 'say'; text: string }
  | { kind: 'resign'; reason: string }
  | { kind: 'store'; ticket: number; changes: readonly { name: string; value: string | undefined }[] };

const say = (text: string): Effect => ({ kind: 'say', text });

interface Turn {
  readonly state: { readonly outbox: Outbox<Effect> };
  readonly effects: Effect[];
}

function newTurn(): Turn {
  return { state: { outbox: newOutbox() }, effects: [] };
}

/** The effects so far, without those of earlier calls. */
function drain({ effects }: Turn): Effect[] {
  return effects.splice(0);
}

test('without changes an effect goes out at once, and nothing is committed', () => {
  const turn = newTurn();
  announce(turn, say('now'));
  commit(turn);
  expect(drain(turn)).toEqual([say('now')]);
});

test('an effect waits for the changes before it, and for no later ones', () => {
  const turn = newTurn();
  save(turn, 'a', { n: 1 });
  announce(turn, say('after a'));
  commit(turn);
  expect(drain(turn)).toEqual([{ kind: 'store', ticket: 1, changes: [{ name: 'a', value: '{"n":1}' }] }]);
  announce(turn, say('after a, too'));
  save(turn, 'a', undefined);
  announce(turn, say('after the removal'));
  commit(turn);
  release(turn, 1);
  commit(turn);
  expect(drain(turn)).toEqual([
    say('after a'),
    say('after a, too'),
    { kind: 'store', ticket: 2, changes: [{ name: 'a', value: undefined }] },
  ]);
  release(turn, 2);
  expect(drain(turn)).toEqual([say('after the removal')]);
});

test('an answer to another commit releases nothing', () => {
  const turn = newTurn();
  save(turn, 'a', 1);
  announce(turn, say('after a'));
  commit(turn);
  drain(turn);
  release(turn, 7);
  expect(drain(turn)).toEqual([]);
});

test('a variable is saved as it is at the time of its change, or of the commit', () => {
  const turn = newTurn();
  const value = { n: 1 };
  save(turn, 'early', value);
  saveAtCommit(turn, 'late');
  value.n = 2;
  commit(turn, (name) => `${name} ${JSON.stringify(value)}`);
  expect(drain(turn)).toEqual([
    {
      kind: 'store',
      ticket: 1,
      changes: [
        { name: 'early', value: '{"n":1}' },
        { name: 'late', value: 'late {"n":2}' },
      ],
    },
  ]);
});

test('a commit without texts refuses a variable that needs one', () => {
  const turn = newTurn();
  saveAtCommit(turn, 'late');
  expect(() => commit(turn)).toThrow('late has no text at the commit');
});

test('the answers of the store release what waits, or end the lead', () => {
  const turn = newTurn();
  save(turn, 'a', 1);
  announce(turn, say('after a'));
  commit(turn);
  drain(turn);
  storeTransitions.stored(turn, { kind: 'stored', at: 0, ticket: 1 });
  storeTransitions['store.failed'](turn, { kind: 'store.failed', at: 0, ticket: 2, reason: 'disk full' });
  expect(drain(turn)).toEqual([say('after a'), { kind: 'resign', reason: 'cannot store: disk full' }]);
});
