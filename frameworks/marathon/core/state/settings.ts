/**
 * The settings of the core, read once from the flags; they do not change while Marathon runs.
 */

import type { Millis } from '../../../../cluster/model/time';
import type { FrameworkSettings } from '../../../kit/core/session/subscription';

export interface MarathonSettings extends FrameworkSettings {
  readonly features: readonly string[];
  readonly executor: string;
  readonly localPortMin: number;
  readonly localPortMax: number;
  readonly envVarsPrefix: string;
  readonly mesosBridgeName: string;
  /** While most instances fail their health checks at once, none is killed. */
  readonly healthStormGuard: boolean;
  readonly acceptedRolesDefault: 'any' | 'unreserved' | 'reserved';
  readonly gpuScheduling: 'restricted' | 'unrestricted';
  readonly maintenanceMode: boolean;
  readonly drainingMs: Millis;
  readonly maxApps?: number | undefined;
  /** The `enforceRole` of new top-level groups. */
  readonly newGroupEnforceRole: boolean;
  readonly maxRunningDeployments: number;
  /** The time in which deployments have to end; 0 for none. */
  readonly deploymentDeadlineMs: Millis;
  /** Deployments that are given up are taken back. */
  readonly deploymentRollback: boolean;
  /** Failures of new instances after which a deployment with a way back is given up. */
  readonly deploymentMaxFailures: number;
  readonly versionsKept: number;
  readonly launchTokens: number;
  readonly launchTokenRefreshMs: Millis;
  readonly maxInstancesPerOffer: number;
  readonly declineOfferMs: Millis;
  readonly minReviveOffersMs: Millis;
  readonly suppressOffers: boolean;
  /** The constraints of the apps that wait are sent to the master, which then offers fewer agents. */
  readonly offerConstraints: boolean;
  readonly offerConstraintsIntervalMs: Millis;
  readonly taskLaunchMs: Millis;
  readonly taskLaunchConfirmMs: Millis;
  readonly taskReservationMs: Millis;
  readonly killRetryMs: Millis;
  readonly killChunkSize: number;
  readonly reconciliationInitialMs: Millis;
  readonly reconciliationIntervalMs: Millis;
  readonly scaleAppsInitialMs: Millis;
  readonly scaleAppsIntervalMs: Millis;
  readonly expungeInitialMs: Millis;
  readonly expungeIntervalMs: Millis;
}

/** The original's defaults (behaviour of 1.11, `--help`). */
export const DEFAULT_SETTINGS: MarathonSettings = {
  frameworkName: 'marathon',
  user: 'root',
  role: '*',
  hostname: 'localhost',
  failoverTimeoutSeconds: 604_800,
  checkpoint: true,
  features: [],
  executor: '//cmd',
  localPortMin: 10_000,
  localPortMax: 20_000,
  envVarsPrefix: '',
  mesosBridgeName: 'mesos-bridge',
  healthStormGuard: true,
  acceptedRolesDefault: 'any',
  gpuScheduling: 'restricted',
  maintenanceMode: true,
  drainingMs: 0,
  newGroupEnforceRole: false,
  maxRunningDeployments: 100,
  deploymentDeadlineMs: 0,
  deploymentRollback: false,
  deploymentMaxFailures: 3,
  versionsKept: 50,
  launchTokens: 100,
  launchTokenRefreshMs: 30_000,
  maxInstancesPerOffer: 5,
  declineOfferMs: 120_000,
  minReviveOffersMs: 5000,
  suppressOffers: true,
  offerConstraints: false,
  offerConstraintsIntervalMs: 1000,
  taskLaunchMs: 300_000,
  taskLaunchConfirmMs: 300_000,
  taskReservationMs: 20_000,
  killRetryMs: 30_000,
  killChunkSize: 100,
  reconciliationInitialMs: 15_000,
  reconciliationIntervalMs: 600_000,
  scaleAppsInitialMs: 15_000,
  scaleAppsIntervalMs: 300_000,
  expungeInitialMs: 300_000,
  expungeIntervalMs: 30_000,
};
