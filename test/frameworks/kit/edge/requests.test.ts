import { Requests } from '../../../../cluster/runtime/requests';
import { askCore } from '../../../../frameworks/kit/edge/requests';

interface Kill {
  readonly kind: 'kill';
  readonly request: number;
  readonly name: string;
}

test('a request is posted with its number, and resolves with its answer', async () => {
  const requests = new Requests<string>();
  const posted: Kill[] = [];
  const answers = ['a', 'b'].map((name) =>
    askCore<string, Kill>(requests, (event) => posted.push(event), { kind: 'kill', name }),
  );
  expect(posted).toEqual([
    { kind: 'kill', name: 'a', request: 0 },
    { kind: 'kill', name: 'b', request: 1 },
  ]);
  requests.answer(1, 'second');
  requests.answer(0, 'first');
  expect(await Promise.all(answers)).toEqual(['first', 'second']);
});
