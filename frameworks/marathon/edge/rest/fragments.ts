/**
 * Lists of apps and tasks as texts, put together from the text of each app and of each task.
 *
 * A text is made once, and again after its app or its task has changed. Long lists are printed in slices: each app and each
 * task is shown as it is when its turn comes, and those that are gone by then are left out.
 */

import type { App } from '../../api/app';
import { printApp } from '../../core/apps/print-app';
import { appOf } from '../../core/instances/definition';
import type { Instance, MarathonState } from '../../core/state/state';
import { type Embed, membersAfterTasks, membersBeforeTasks } from '../../views/apps';
import { isShownTask, printTask } from '../../views/tasks';

export type Pieces = Generator<string, void>;

const appTexts = new WeakMap<App, string>();

/** Definitions never change, so their texts do not either. */
export function appText(app: App): string {
  const existing = appTexts.get(app);
  if (existing !== undefined) return existing;
  const text = JSON.stringify(printApp(app));
  appTexts.set(app, text);
  return text;
}

interface TaskText {
  /** All that the text depends on, in the order of `sourcesOf`. */
  readonly sources: readonly unknown[];
  readonly text: string;
}

const taskTexts = new WeakMap<Instance, TaskText>();

export function taskText(state: MarathonState, instance: Instance): string {
  const sources = sourcesOf(state, instance);
  const existing = taskTexts.get(instance);
  if (existing && areSame(existing.sources, sources)) return existing.text;
  const text = JSON.stringify(printTask(state, instance));
  taskTexts.set(instance, { sources, text });
  return text;
}

function sourcesOf(state: MarathonState, instance: Instance): unknown[] {
  const { task, agent, condition, version, role } = instance;
  const sources: unknown[] = [appOf(state, instance), task, agent, condition, version, role];
  if (task) sources.push(task.startedAt, task.ipAddresses, task.healthy, task.checkResult);
  for (const check of state.health.get(instance.id)?.checks ?? [])
    sources.push(check?.lastSuccess, check?.lastFailure, check?.consecutiveFailures, check === null);
  return sources;
}

function areSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

/** Reads the state of the moment. */
export type ReadState = <T>(view: (state: MarathonState) => T) => T;

export interface AppsShown {
  readonly read: ReadState;
  readonly ids: readonly string[];
  readonly embed: ReadonlySet<Embed>;
  readonly now: number;
}

/** A JSON object with a list of apps as its one member. */
export function* appsPieces(member: string, shown: AppsShown): Pieces {
  yield `{${JSON.stringify(member)}:`;
  yield* appListPieces(shown);
  yield '}';
}

/** A JSON array of apps. */
export function* appListPieces(shown: AppsShown): Pieces {
  yield '[';
  let separator = '';
  for (const id of shown.ids) {
    const app = shown.read(({ apps }) => apps.get(id));
    if (!app) continue;
    yield separator;
    separator = ',';
    yield* appPieces(app, shown);
  }
  yield ']';
}

/** A JSON array of the text that each key has when its turn comes; those without one by then are left out. */
export function* listPieces<Key>(keys: Iterable<Key>, textOf: (key: Key) => string | undefined): Pieces {
  yield '[';
  let separator = '';
  for (const key of keys) {
    const text = textOf(key);
    if (text === undefined) continue;
    yield separator + text;
    separator = ',';
  }
  yield ']';
}

/** A JSON object with one app as its one member. */
export function* oneAppPieces(app: App, shown: Omit<AppsShown, 'ids'>): Pieces {
  yield '{"app":';
  yield* appPieces(app, shown);
  yield '}';
}

/** One app. */
export function* appPieces(app: App, { read, embed, now }: Omit<AppsShown, 'ids'>): Pieces {
  yield appText(app).slice(0, -1);
  yield read((state) => membersText(membersBeforeTasks(state, app, embed)));
  if (embed.has('tasks')) {
    yield ',"tasks":[';
    yield* taskPieces(read, [app.id]);
    yield ']';
  }
  yield read((state) => membersText(membersAfterTasks(state, app, { embed, now })));
  yield '}';
}

function membersText(members: object): string {
  const text = JSON.stringify(members).slice(1, -1);
  return text === '' ? '' : `,${text}`;
}

/** A JSON object with the tasks of these apps as its one member. */
export function* tasksPieces(
  read: ReadState,
  appIds: readonly string[],
  includes?: (instance: Instance) => boolean,
): Pieces {
  yield '{"tasks":[';
  yield* taskPieces(read, appIds, includes);
  yield ']}';
}

function* taskPieces(
  read: ReadState,
  appIds: readonly string[],
  includes: (instance: Instance) => boolean = () => true,
): Pieces {
  let separator = '';
  for (const appId of appIds) {
    const ids = read(({ byApp }) => [...(byApp.get(appId) ?? [])]);
    for (const id of ids) {
      const text = read((state) => {
        const instance = state.instances.get(id);
        return instance && isShownTask(instance) && includes(instance)
          ? taskText(state, instance)
          : undefined;
      });
      if (text === undefined) continue;
      yield separator + text;
      separator = ',';
    }
  }
}
