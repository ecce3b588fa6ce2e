import { UNBOUNDED } from '../../../../../cluster/model/pattern';
import { newReading } from '../../../../../frameworks/chronos/core/jobs/codec';
import { constraint } from '../../../../../frameworks/chronos/core/jobs/constraint';

function read(value: unknown): unknown {
  const reading = newReading();
  return constraint.read(value, '/constraints/0', reading) ?? reading.violations[0];
}

test.each([[['rack', 'EQUALS', 'r1']], [['rack', 'LIKE', 'r[0-9]+']], [['rack', 'UNLIKE', 'r(1|2)']]])(
  '%j is a constraint',
  (value) => {
    expect(read(value)).toEqual(value);
  },
);

test.each([
  [['rack', 'UNIQUE', ''], '/constraints/0/1', 'must be one of EQUALS, LIKE, UNLIKE, not "UNIQUE"'],
  [['rack', 'equals', 'a'], '/constraints/0/1', 'must be one of EQUALS, LIKE, UNLIKE, not "equals"'],
  [['rack', 'LIKE', '['], '/constraints/0/2', 'must be a regular expression, not "["'],
  [['rack', 'LIKE', '(?!a)(b+)+'], '/constraints/0/2', `"(?!a)(b+)+" ${UNBOUNDED}`],
  [['rack', 'LIKE'], '/constraints/0', 'must be a list of attribute, operator and value, not a list'],
  ['rack', '/constraints/0', 'must be a list of attribute, operator and value, not "rack"'],
  [['rack', {}, ''], '/constraints/0/1', 'must be a string, not an object'],
])('%j is refused at %s', (value, path, clause) => {
  expect(read(value)).toEqual({ path, clause });
});
