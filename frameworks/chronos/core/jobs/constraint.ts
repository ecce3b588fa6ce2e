/** Constraints of jobs: `[attribute, operator, value]`. The original drops an unknown operator in silence. */

import { shownValue } from '../../../../cluster/model/json-value';
import { isPattern, isUnbounded, UNBOUNDED } from '../../../../cluster/model/pattern';
import { type Codec, type Reading, text, violate } from './codec';
import type { Constraint, ConstraintOperator } from './job';

const OPERATORS: readonly ConstraintOperator[] = ['EQUALS', 'LIKE', 'UNLIKE'];

export const constraint: Codec<Constraint> = {
  read: readConstraint,
  print: JSON.stringify,
  schema: { type: 'array', items: { type: 'string' }, minItems: 3, maxItems: 3 },
};

function readConstraint(value: unknown, path: string, reading: Reading): Constraint | undefined {
  if (!Array.isArray(value) || value.length !== 3)
    return violate(
      reading,
      path,
      `must be a list of attribute, operator and value, not ${shownValue(value)}`,
    );
  const words = value.map((word: unknown, index) => text.read(word, `${path}/${index}`, reading));
  const [attribute, operatorText, pattern] = words;
  if (attribute === undefined || operatorText === undefined || pattern === undefined) return undefined;
  const operator = OPERATORS.find((candidate) => candidate === operatorText);
  if (operator === undefined)
    return violate(
      reading,
      `${path}/1`,
      `must be one of ${OPERATORS.join(', ')}, not ${shownValue(operatorText)}`,
    );
  if (operator !== 'EQUALS' && !isPattern(pattern))
    return violate(reading, `${path}/2`, `must be a regular expression, not ${shownValue(pattern)}`);
  if (operator !== 'EQUALS' && isUnbounded(pattern))
    return violate(reading, `${path}/2`, `${shownValue(pattern)} ${UNBOUNDED}`);
  return [attribute, operator, pattern];
}
