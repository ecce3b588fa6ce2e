/** The subscription at the master: the FrameworkInfo, lost connections, and what an ERROR of the master means. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { CommonEffect } from '../../../../cluster/model/event';
import { note } from '../../../../cluster/model/machine';
import type { Session } from './calls';
import type { SessionEvents } from './effects';

/** What the FrameworkInfo tells of a framework. */
export interface FrameworkSettings {
  readonly frameworkName: string;
  readonly user: string;
  readonly role: string;
  readonly hostname: string;
  readonly webuiUrl?: string | undefined;
  readonly principal?: string | undefined;
  readonly failoverTimeoutSeconds: number;
  readonly checkpoint: boolean;
}

type Capability = mesos.FrameworkInfo.Capability.Type;

export function frameworkInfo(
  settings: FrameworkSettings,
  { frameworkId, roles }: Readonly<Session>,
  capabilities: readonly Capability[],
): mesos.FrameworkInfo {
  return {
    user: settings.user,
    name: settings.frameworkName,
    ...(frameworkId !== undefined && { id: { value: frameworkId } }),
    failover_timeout: settings.failoverTimeoutSeconds,
    checkpoint: settings.checkpoint,
    roles: [...(roles ?? [settings.role])],
    hostname: settings.hostname,
    ...(settings.principal !== undefined && { principal: settings.principal }),
    ...(settings.webuiUrl !== undefined && { webui_url: settings.webuiUrl }),
    capabilities: capabilities.map((type) => ({ type })),
  };
}

/** The subscription stands. True for a new framework id, which has to be stored and told to the session. */
export function subscribe(session: Session, event: SessionEvents['scheduler.subscribed']): boolean {
  const isNew = session.frameworkId !== event.frameworkId;
  session.connected = true;
  session.master = event.master;
  session.region = event.masterRegion;
  session.frameworkId = event.frameworkId;
  return isNew;
}

interface DisconnectingTurn {
  readonly state: { readonly session: Session };
  readonly effects: { push(effect: CommonEffect): unknown };
}

/** The connection is lost. False when there was none. */
export function disconnect(turn: DisconnectingTurn, reason: string): boolean {
  const { session } = turn.state;
  if (!session.connected) return false;
  session.connected = false;
  note(turn, 'warn', 'the connection to the master is lost', { reason });
  return true;
}

/** An ERROR ends the stream: another process is the framework now, the framework has been removed, or the rest. */
export type ErrorMeaning = 'taken over' | 'removed' | 'refused';

export function errorMeaning(message: string): ErrorMeaning {
  if (/framework failed over/i.test(message)) return 'taken over';
  return /framework has been removed/i.test(message) ? 'removed' : 'refused';
}
