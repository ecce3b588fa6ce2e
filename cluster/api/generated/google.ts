/**
 * Types of the package google.protobuf.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type { Int64 } from '../scalars';

export interface Duration {
  readonly seconds?: Int64 | undefined;
  readonly nanos?: number | undefined;
}
