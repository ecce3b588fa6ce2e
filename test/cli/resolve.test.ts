import { resolveId } from '../../cli/resolve';

const AGENTS = { name: 'Agent', list: 'meseta agent list' };
const agents = [
  { id: '6a54-S0', names: ['rack1.example', '10.0.0.1:5051', 'S0'] },
  { id: '6a54-S1', names: ['rack2.example', '10.0.0.2:5051'] },
  { id: '7b00-S10', names: ['rack2.example', '10.0.0.3:5051'] },
];
const find = (word: string): string => resolveId(AGENTS, word, agents);

it.each([
  ['its id', '6a54-S1', '6a54-S1'],
  ['the beginning of its id', '7b', '7b00-S10'],
  ['a name', 'rack1.example', '6a54-S0'],
  ['another name', '10.0.0.3:5051', '7b00-S10'],
  ['a short one', 'S0', '6a54-S0'],
])('knows a thing by %s', (_how, word, id) => {
  expect(find(word)).toBe(id);
});

it('takes an exact id before the beginning of another', () => {
  expect(resolveId(AGENTS, 'a', [...agents, { id: 'a', names: [] }, { id: 'ab', names: [] }])).toBe('a');
});

it('lists those that a word may mean', () => {
  expect(() => find('6a54')).toThrow(
    'Agent 6a54 may be any of these; write more of the id:\n  6a54-S0\n  6a54-S1',
  );
  expect(() => find('rack2.example')).toThrow('7b00-S10');
  const many = Array.from({ length: 9 }, (_, index) => ({ id: `x${index}`, names: [] }));
  expect(() => resolveId(AGENTS, 'x', many)).toThrow('  x4\n  and 4 more');
});

it.each(['S7', '', 'example', 'rack1', '4-S1'])(
  'says that %j does not exist, and what lists those that do',
  (word) => {
    expect(() => find(word)).toThrow(`Agent ${word} does not exist. 'meseta agent list' lists them.`);
  },
);
