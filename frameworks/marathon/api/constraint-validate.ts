/** Rules about placement constraints. */

import { isPattern, isUnbounded, UNBOUNDED } from '../../../cluster/model/pattern';
import type { App } from './app';
import type { Finding } from './violations';

export const OPERATORS = ['CLUSTER', 'GROUP_BY', 'IS', 'LIKE', 'MAX_PER', 'UNIQUE', 'UNLIKE'];

export function constraintViolations({ constraints }: App): Finding[] {
  return constraints.flatMap((constraint, index) => {
    const error = constraintError(constraint);
    return error === undefined ? [] : [{ path: `/constraints(${index})`, error }];
  });
}

/** The reason why no agent fulfils a constraint, given as field, operator and value. */
export function constraintError([, operator = '', value]: readonly string[]): string | undefined {
  switch (operator) {
    case 'UNIQUE':
      return value ? 'UNIQUE does not accept a value' : undefined;
    case 'CLUSTER':
    case 'IS':
      return operator === 'IS' && !value
        ? 'IS only supports Mesos text and float values (see https://mesos.apache.org/documentation/latest/attributes-resources/)'
        : undefined;
    case 'GROUP_BY':
      return value && !/^\d+$/.test(value)
        ? 'GROUP BY must define an integer value or else no value at all'
        : undefined;
    case 'MAX_PER':
      return /^\d+$/.test(value ?? '') ? undefined : 'MAX_PER requires an integer value';
    case 'LIKE':
    case 'UNLIKE':
      return patternError(value);
    default:
      return `Operation ${operator} is unknown. Use one of ${OPERATORS.join(', ')}`;
  }
}

const NO_PATTERN = 'LIKE and UNLIKE require a non-empty, regular expression value';

function patternError(value = ''): string | undefined {
  if (value === '' || !isPattern(value)) return NO_PATTERN;
  return isUnbounded(value) ? `${value} ${UNBOUNDED}` : undefined;
}
