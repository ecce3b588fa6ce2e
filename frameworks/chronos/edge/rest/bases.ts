/** The bases of the API, both served at once. */

import type { ApiBase } from '../../core/jobs/names';

export const BASES: Readonly<Record<ApiBase, string>> = { v1: '/v1/scheduler', legacy: '/scheduler' };
