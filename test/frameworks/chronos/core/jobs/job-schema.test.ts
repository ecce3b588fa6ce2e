import { jobSchema } from '../../../../../frameworks/chronos/core/jobs/job-schema';
import { DEFAULTS } from '../../jobs';

test('the schema of a scheduled job has the defaults of this process', () => {
  expect(jobSchema('scheduled', { ...DEFAULTS, cpus: 0.7 })).toMatchObject({
    type: 'object',
    required: ['name'],
    properties: {
      cpus: { type: 'number', default: 0.7 },
      schedule: { type: 'string' },
      container: { type: 'object', required: ['image'] },
    },
  });
});

test('the schema of a dependent job demands parents', () => {
  expect(jobSchema('dependent', DEFAULTS)).toMatchObject({ required: ['name', 'parents'] });
});
