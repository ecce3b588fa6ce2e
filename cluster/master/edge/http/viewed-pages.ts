/**
 * Pages printed from the state as their reader may see it. Big pages are shared by readers who see the same.
 */

import { principalOf } from '../../../runtime/http/access';
import { type Query, queryOf, sendJson } from '../../../runtime/http/json';
import type { Handler, Request } from '../../../runtime/http/server';
import { SlicedWork } from '../../../runtime/sliced-work';
import {
  type FilteredState,
  filterState,
  type ReadFilter,
  readFilterOf,
  viewerKey,
} from '../../views/read-filter';
import { type OperatorContext, readFilterFor, readFor } from './operator-door';
import { sharedPage } from './shared-page';
import { prepareTasks } from './task-fragments';

type Flags = Readonly<Record<string, string>>;

/** The limit of viewer keys whose pages are remembered; above it all are dropped. */
const VIEWERS_MAX = 64;

/** Creates the kinds of pages: a page made for each request, and pages shared by viewer. */
export function viewedPages(door: OperatorContext) {
  const page = (print: (state: FilteredState, query: Query, filter: ReadFilter) => string): Handler => {
    return (request, reply) => {
      const filter = readFilterFor(door, request);
      const text = readFor(door, request, (state) => print(state, queryOf(request), filter));
      return sendJson(request, reply, Buffer.from(text));
    };
  };
  const byViewer = (print: (state: FilteredState, filter: ReadFilter) => string): Handler => {
    const pageFor = pageByViewer(door, print);
    return (request, reply) => sendJson(request, reply, pageFor(request)());
  };
  const preparing = new SlicedWork();
  /** Makes a page after the texts of all tasks are made. */
  const prepared = async (page: SharedPage): Promise<Buffer> => {
    const begin = (): Generator<void, void> => door.read(prepareTasks);
    await preparing.run({ key: 'tasks', begin });
    return page();
  };
  /** A shared page with every task. Missing texts of tasks are made in slices first. */
  const ofTasks = (print: (state: FilteredState, flags: Flags | undefined) => string): Handler => {
    const pageFor = pageByViewer(door, (state, filter) =>
      print(state, filter.flags ? door.flags : undefined),
    );
    return async (request, reply) => {
      const page = pageFor(request);
      const body = page.kept() ?? (await prepared(page));
      return sendJson(request, reply, body);
    };
  };
  const shared = (print: (state: FilteredState, flags: Flags | undefined) => string): Handler =>
    byViewer((state, filter) => print(state, filter.flags ? door.flags : undefined));
  /** A shared page of everything, or with the query `key` a page of the record with that id. */
  const byId = (
    key: string,
    print: (state: FilteredState, id?: string) => string,
    share: typeof shared = shared,
  ): Handler => {
    const all = share((state) => print(state));
    const single = page((state, query) => print(state, query[key]));
    return (request, reply) => (queryOf(request)[key] === undefined ? all : single)(request, reply);
  };
  return { page, byViewer, shared, ofTasks, byId };
}

type SharedPage = ReturnType<typeof sharedPage>;

/** Finds or creates the shared page of a request, by what its sender sees. */
function pageByViewer(
  door: OperatorContext,
  print: (state: FilteredState, filter: ReadFilter) => string,
): (request: Request) => SharedPage {
  const pages = new Map<string, SharedPage>();
  return (request) => {
    const sender = principalOf(request);
    const key = door.read((state) => viewerKey(state, sender));
    const make = (): Buffer =>
      Buffer.from(door.read((state) => print(filterState(state, sender), readFilterOf(state, sender))));
    const page = pages.get(key) ?? sharedPage(make, door.moment, { hit: door.pageHit });
    if (!pages.has(key) && pages.size >= VIEWERS_MAX) pages.clear();
    pages.set(key, page);
    return page;
  };
}
