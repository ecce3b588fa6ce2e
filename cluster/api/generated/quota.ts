/**
 * Types of the package mesos.v1.quota.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as mesos from './mesos';

export interface QuotaInfo {
  readonly role?: string | undefined;
  readonly principal?: string | undefined;
  readonly guarantee?: readonly mesos.Resource[] | undefined;
}

export interface QuotaRequest {
  readonly force?: boolean | undefined;
  readonly role?: string | undefined;
  readonly guarantee?: readonly mesos.Resource[] | undefined;
}

export interface QuotaConfig {
  readonly role: string;
  readonly guarantees?: Record<string, mesos.Value.Scalar> | undefined;
  readonly limits?: Record<string, mesos.Value.Scalar> | undefined;
}

export interface QuotaStatus {
  readonly infos?: readonly QuotaInfo[] | undefined;
  readonly configs?: readonly QuotaConfig[] | undefined;
}
