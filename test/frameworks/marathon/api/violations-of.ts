/** The findings about an app as a user would write it, for tables of rules. */

import { violationsOf } from '../../../../frameworks/marathon/api/app-validate';
import type { Finding } from '../../../../frameworks/marathon/api/violations';
import { app } from '../fake-cluster';

const FEATURES = ['secrets', 'external_volumes', 'gpu_resources'];

export function findingsOf(members: Record<string, unknown>, executor = '//cmd'): Finding[] {
  return violationsOf(app(members), { features: FEATURES, validRoles: ['*'], executor });
}
