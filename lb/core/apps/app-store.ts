/**
 * Keeps the apps as last read. An app whose JSON is equal keeps its version, so that nothing is built again for it.
 */

import type { Issue } from '../issues/issues';
import { type App, affectsPortOrder, readApps, readOneApp } from './apps';

interface StoredApp {
  readonly key: string;
  readonly app: App;
}

export interface AppStore {
  /** Sorted by id. */
  apps(): readonly App[];
  /** Ids of the apps whose position in Marathon's list decides which service ports are chosen, in that order. */
  portOrder(): readonly string[];
  /** Issues of the whole list, such as unusable ids. */
  issues(): readonly Issue[];
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
    if (previous?.key === key) entries.set(app.id, previous);
    else entries.set(app.id, { key, app: { ...app, version: String(++versions) } });
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
      const stored = entries.get(id)?.app ?? app;
      if (listed) sorted = sorted.map((other) => (other.id === id ? stored : other));
      else sort();
      return true;
    },
  };
}
