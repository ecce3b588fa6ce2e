/**
 * Keeps the apps as last read. An app whose JSON is equal stays the same object, so that nothing is built again for it.
 */

import type { Issue } from '../issues/issues';
import { type App, affectsPortOrder, readApps, readOneApp } from './apps';

interface StoredApp {
  readonly key: string;
  readonly app: App;
  /** Another one for each change of an app. */
  readonly version: number;
}

export interface AppStore {
  /** Sorted by id. */
  apps(): readonly App[];
  /** Ids of the apps whose position in Marathon's list decides which service ports are chosen, in that order. */
  portOrder(): readonly string[];
  /** Issues of the whole list, such as unusable ids. */
  issues(): readonly Issue[];
  /** The version of a current app; 0 when it has changed meanwhile; undefined when there is none of this id. */
  versionOf(app: App): number | undefined;
  /** Takes the whole list. Returns an error text when it is none. */
  replaceAll(json: unknown): string | undefined;
  /** Takes one app. Returns false when its JSON is not enough and the whole list is needed. */
  replaceOne(id: string, json: unknown): boolean;
}

export function createAppStore(): AppStore {
  let entries = new Map<string, StoredApp>();
  let sorted: readonly App[] = [];
  let issues: readonly Issue[] = [];
  let portOrder: readonly string[] = [];
  let versions = 0;
  const keep = (app: App, before: ReadonlyMap<string, StoredApp>): boolean => {
    const key = JSON.stringify(app);
    const previous = before.get(app.id);
    entries.set(app.id, previous?.key === key ? previous : { key, app, version: ++versions });
    return previous?.key !== key;
  };
  const sort = (): void => {
    const apps = [...entries.values()].map(({ app }) => app);
    sorted = apps.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  };
  return {
    apps: () => sorted,
    portOrder: () => portOrder,
    issues: () => issues,
    versionOf: (app) => {
      const entry = entries.get(app.id);
      return entry === undefined || entry.app === app ? entry?.version : 0;
    },
    replaceAll: (json) => {
      const read = readApps(json);
      if ('error' in read) return read.error;
      const before = entries;
      entries = new Map();
      for (const app of read.apps) keep(app, before);
      issues = read.issues;
      portOrder = read.portOrder;
      sort();
      return undefined;
    },
    replaceOne: (id, json) => {
      const app = readOneApp(json);
      if (app?.id !== id) return false;
      if (affectsPortOrder(app) && !portOrder.includes(id)) return false;
      const listed = entries.has(id);
      if (!keep(app, entries)) return true;
      if (listed) sorted = sorted.map((other) => (other.id === id ? app : other));
      else sort();
      return true;
    },
  };
}
