import { printResources, printTime } from '../../../../../cluster/master/core/state/print';
import { readResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../operation-words';

test.each([
  [undefined, undefined],
  [0, { nanoseconds: 0n }],
  [1500.4, { nanoseconds: 1_500_000_000n }],
  [1_767_225_600_123.6, { nanoseconds: 1_767_225_600_124_000_000n }],
])('the time %p is printed in nanoseconds, in whole milliseconds', (millis, printed) => {
  expect(printTime(millis)).toEqual(printed);
});

test('resources show their role in the old form beside the new one', () => {
  const [plain, reserved] = printResources(readResources(readWords('cpus:1;mem(db):64')));
  expect(plain).toMatchObject({ name: 'cpus', role: '*' });
  expect(reserved).toMatchObject({
    name: 'mem',
    role: 'db',
    reservations: [{ type: 'DYNAMIC', role: 'db' }],
  });
});

test('a refined reservation has no old form', () => {
  const [refined] = printResources(readResources(readWords('mem(db>db/a):64')));
  expect(refined).not.toHaveProperty('role');
  expect(refined?.reservations?.map(({ role }) => role)).toEqual(['db', 'db/a']);
});
