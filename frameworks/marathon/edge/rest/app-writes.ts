/**
 * Apps in requests that write: each is merged with the stored app, normalised and validated, or refused.
 */

import type { App } from '../../api/app';
import { mixedFormFindings } from '../../api/app-legacy';
import { normalizeApp, resolvePath } from '../../api/app-normalization';
import type { AppUpdate } from '../../api/app-update';
import { validateApp } from '../../api/app-validate';
import { hasPersistentVolumes } from '../../api/persistence';
import { missingMember } from '../../api/read';
import { type ApiFailure, byPath, failure, invalidJson, isFailure, notValid } from '../../api/violations';
import { type RoleSettings, roleSettings } from '../../core/groups/roles';
import { type RestContext, readVersion } from './context';

export interface WriteInput {
  readonly id: string;
  /** The group whose list of apps has this one. */
  readonly base?: string | undefined;
  readonly update: AppUpdate;
  /** The roles of an app in groups that the request changes, too. */
  readonly roles?: ((id: string) => RoleSettings) | undefined;
  /** Members left out keep their stored value. */
  readonly partial: boolean;
}

/** The app after the write, or the refusal. */
export function wantedApp(
  context: RestContext,
  { id, base, roles, update, partial }: WriteInput,
): App | ApiFailure {
  const stored = context.read(({ apps }) => apps.get(id));
  // The version of a whole definition is that of an answer which the client sends back.
  if (update.version !== undefined && partial) return earlierApp(context, id, update);
  const mixed = mixedFormFindings(update);
  if (mixed.length > 0) return notValid(byPath(mixed));
  const { features, executor } = context.settings;
  const { defaultRole, validRoles } = roles?.(id) ?? context.read((state) => roleSettings(state, id));
  const app = normalizeApp({
    id,
    base,
    update,
    stored: partial ? stored : undefined,
    role: defaultRole,
    options: context.normalization,
  });
  if (update.residency && !hasPersistentVolumes(app)) {
    const error = 'AppDefinition must contain persistent volumes and define residency';
    return notValid([{ path: '/residency', errors: [error] }]);
  }
  return validateApp(app, { validRoles, features, executor }) ?? app;
}

/** The earlier version of an app that a request names; it may have no other member but the id. */
function earlierApp(context: RestContext, id: string, update: AppUpdate): App | ApiFailure {
  const others = Object.entries(update).filter(
    ([key, value]) => key !== 'id' && key !== 'version' && value !== undefined,
  );
  if (others.length > 0) {
    const error = "The 'version' field may only be combined with the 'id' field.";
    return notValid([{ path: '/', errors: [error] }]);
  }
  const version = readVersion(update.version ?? '');
  if (isFailure(version)) return version;
  const earlier = context.read(({ apps, versions }) =>
    apps.has(id) ? versions.get(id)?.get(version) : undefined,
  );
  return earlier ?? failure(404, `App '${id}' does not exist in version ${version}`);
}

/** An absolute id from a body. */
export function absoluteId(path: string): string {
  return resolvePath(path, '/');
}

/** The refusal of an array with an app without an id. */
function withoutId(path: string, partial: boolean): ApiFailure {
  if (!partial) return invalidJson([missingMember(path)]);
  return failure(422, 'requirement failed: App Update must have app id set');
}

/** All apps of an array body, or the first refusal. */
export function wantedApps(
  context: RestContext,
  updates: readonly AppUpdate[],
  partial: boolean,
): App[] | ApiFailure {
  const apps: App[] = [];
  for (const [index, update] of updates.entries()) {
    if (update.id === undefined) return withoutId(`(${index})/id`, partial);
    const app = wantedApp(context, { id: absoluteId(update.id), update, partial });
    if (isFailure(app)) return app;
    apps.push(app);
  }
  return apps;
}
