/**
 * The names of external volumes in the tree: one volume is for one app, unless all others share it
 * (ProviderValidationHelpers of Marathon).
 */

import type { App } from '../../api/app';

/** The error when one of these apps names a volume that another app has for itself. */
export function volumeConflict(changed: readonly App[], apps: ReadonlyMap<string, App>): string | undefined {
  const names = new Map(changed.map((app) => [app.id, namesOf(app)]));
  if ([...names.values()].every(({ size }) => size === 0)) return undefined;
  const owners = ownersOf(apps);
  for (const [id, volumes] of names) {
    for (const name of volumes) {
      const others = [...(owners.get(name) ?? [])].filter((owner) => owner !== id);
      if (others.length > 0)
        return `Volume name '${name}' in ${id} conflicts with volume(s) of same name in app(s): ${others.join(', ')}`;
    }
  }
  return undefined;
}

/** The apps that have a volume for themselves, by its name. */
function ownersOf(apps: ReadonlyMap<string, App>): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const [id, app] of apps) {
    for (const name of namesOf(app, ({ shared }) => !shared))
      owners.set(name, [...(owners.get(name) ?? []), id]);
  }
  return owners;
}

function namesOf(
  { container }: App,
  isMeant: (external: { readonly shared: boolean }) => boolean = () => true,
): ReadonlySet<string> {
  const externals = (container?.volumes ?? []).flatMap(({ external }) => external ?? []);
  return new Set(externals.filter(isMeant).flatMap(({ name }) => name ?? []));
}
