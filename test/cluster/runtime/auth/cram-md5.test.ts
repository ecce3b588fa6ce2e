import { answerChallenge, makeChallenge, readAnswer } from '../../../../cluster/runtime/auth/cram-md5';

const secrets = new Map([
  ['tim', 'tanstaaftanstaaf'],
  ['two words', 'x'],
]);

it('answers as the example of RFC 2195', () => {
  const challenge = '<1896.697170952@postoffice.reston.mci.net>';
  const answer = 'tim b913a602c7eda7a495b4e6e7334d3890';
  expect(answerChallenge('tim', 'tanstaaftanstaaf', challenge)).toBe(answer);
  expect(readAnswer(secrets, challenge, answer)).toBe('tim');
});

it.each([
  ['', undefined],
  [' ', undefined],
  ['tim', undefined],
  ['tim b913a602c7eda7a495b4e6e7334d3891', undefined],
  ['bob b913a602c7eda7a495b4e6e7334d3890', undefined],
  [answerChallenge('two words', 'x', 'c'), 'two words'],
  [answerChallenge('tim', '', 'c'), undefined],
  [answerChallenge('nobody', '', 'c'), undefined],
])('takes %j for %s', (answer, expected) => {
  expect(readAnswer(secrets, 'c', answer)).toBe(expected);
});

it('asks each time with another text', () => {
  expect(makeChallenge('h', 1000)).toMatch(/^<[0-9a-f]{32}\.1@h>$/);
  expect(makeChallenge('h', 1000)).not.toBe(makeChallenge('h', 1000));
});
