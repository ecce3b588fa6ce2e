/**
 * A group as requests describe it. Ids may be relative to the parent group.
 */

import { listSchema, schemaNamed } from '../../kit/api/schema';
import { type AppUpdate, readAppUpdate } from './app-update';
import { pathId } from './common-readers';
import { boolean, listOf, number, object, optional, type Reader, type Reading, reader, text } from './read';

export interface GroupUpdate {
  readonly id?: string | undefined;
  readonly apps?: readonly AppUpdate[] | undefined;
  readonly groups?: readonly GroupUpdate[] | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly scaleBy?: number | undefined;
  readonly version?: string | undefined;
  readonly enforceRole?: boolean | undefined;
}

/** Deepest nesting of groups; deeper ones are refused. */
const DEPTH_MAX = 32;

const readers = new Map<number, Reader<GroupUpdate>>();

function groupReader(depth: number): Reader<GroupUpdate> {
  const read = readers.get(depth) ?? newGroupReader(depth);
  readers.set(depth, read);
  return read;
}

function newGroupReader(depth: number): Reader<GroupUpdate> {
  return object<GroupUpdate>(
    {
      id: optional(pathId),
      apps: optional(listOf(readAppUpdate)),
      groups: optional(
        reader(listSchema(schemaNamed('GroupUpdate')), (value, location, reading) =>
          depth < DEPTH_MAX
            ? listOf(groupReader(depth + 1))(value, location, reading)
            : tooDeep(location, reading),
        ),
      ),
      dependencies: optional(listOf(pathId)),
      scaleBy: optional(number({ min: 0 })),
      version: optional(text()),
      enforceRole: optional(boolean),
    },
    ['pods'],
  );
}

function tooDeep(path: string, { problems }: Reading): undefined {
  const clause = `must not be there: groups are nested at most ${DEPTH_MAX} times`;
  problems.push({ path, error: 'error.maxDepth', clause });
}

export const readGroupUpdate: Reader<GroupUpdate> = groupReader(0);

/** The body of a PATCH. */
export const readGroupPatch: Reader<Pick<GroupUpdate, 'enforceRole'>> = object<
  Pick<GroupUpdate, 'enforceRole'>
>({ enforceRole: optional(boolean) });
