import { asks, OFFERED } from '../../operator-asks';

const end = (value: string) => ({ type: 'TEARDOWN', teardown: { framework_id: { value } } }) as const;

it('TEARDOWN ends a framework', () => {
  expect(asks(OFFERED, end('M-0000'))[0]).toBe('answer 200');
});

it('TEARDOWN is refused for a framework that nobody knows', () => {
  expect(asks(OFFERED, end('none'))).toEqual(['answer 400 No framework found with specified ID']);
});
