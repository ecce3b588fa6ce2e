/** The JSON schema of jobs, made from the table that reads them. */

import { type JsonSchema, objectSchema } from './codec';
import type { JobDefaults } from './job';
import { jobMembers } from './members';

/** The schema of a kind of jobs. */
export function jobSchema(kind: 'scheduled' | 'dependent', defaults: JobDefaults): JsonSchema {
  const { properties, required, ...schema } = objectSchema(Object.entries(jobMembers(defaults)));
  const text = { type: 'string' };
  const timing =
    kind === 'scheduled'
      ? { schedule: text, scheduleTimeZone: { ...text, default: '' } }
      : { parents: { type: 'array', items: text, minItems: 1 } };
  const demanded = kind === 'dependent' ? ['parents'] : [];
  return {
    ...schema,
    properties: { ...(properties as object), ...timing },
    required: [...(required as readonly string[]), ...demanded],
  };
}
