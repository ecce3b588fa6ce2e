/**
 * Definitions of apps, pods and groups in files, with checks before they are sent. An answer of Marathon is as good as a
 * definition: it is unwrapped, and loses the version that Marathon gave it.
 */

import { isObject } from '../../cluster/model/json-value';
import { toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { hintFor } from '../../frameworks/kit/api/unknown-member';
import { readAppUpdate } from '../../frameworks/marathon/api/app-update';
import { readGroupUpdate } from '../../frameworks/marathon/api/group-update';
import { readPodUpdate } from '../../frameworks/marathon/api/pod-update';
import { newReading, type Reader } from '../../frameworks/marathon/api/read';
import { fileName, readJsonFile } from '../json-file';

/** The flag of commands that send a file. */
export const unknownFlag = {
  'ignore-unknown': toggle({ help: 'send fields nobody knows, too; Marathon ignores them', fallback: false }),
};

type Noun = 'app' | 'pod' | 'group';
type Body = Readonly<Record<string, unknown>>;

interface Definition {
  /** With its slash, as in the body. */
  readonly id: string;
  readonly body: Body;
}

export interface FileOptions {
  readonly 'ignore-unknown': boolean;
}

interface Kind {
  readonly read: Reader<unknown>;
  /** The definition in an answer of Marathon. */
  unwrap(body: Body): Body;
}

const KINDS: Readonly<Record<Noun, Kind>> = {
  app: {
    read: readAppUpdate,
    unwrap: (body) => withoutVersion(isObject(body['app']) ? body['app'] : body, 'versionInfo'),
  },
  pod: { read: readPodUpdate, unwrap: (body) => (isObject(body['spec']) ? body['spec'] : body) },
  group: { read: readGroupUpdate, unwrap: groupIn },
};

/** A group of an answer, and all groups below it, without their versions. */
function groupIn(group: Body): Body {
  const { groups, ...rest } = withoutVersion(group, 'apps');
  if (!Array.isArray(groups)) return groups === undefined ? rest : { ...rest, groups };
  return { ...rest, groups: groups.map((each: unknown) => (isObject(each) ? groupIn(each) : each)) };
}

/** A version beside the other members is that of an answer; alone it is a way back, which Marathon takes. */
function withoutVersion({ version, ...rest }: Body, beside: string): Body {
  return beside in rest || version === undefined ? rest : { ...rest, version };
}

/** Reads the definition in a file. A StartError for one without an id, or with fields that Marathon would ignore. */
export function readDefinition(file: string, noun: Noun, options: FileOptions): Definition {
  const json = readJsonFile(file);
  if (Array.isArray(json))
    throw new StartError(`${fileName(file)} has a list: give one ${noun} in each file`);
  return definitionIn(json, file, noun, options);
}

/** The definitions in a file that may have a list of them. */
export function readDefinitions(file: string, noun: Noun, options: FileOptions): Definition[] {
  const json = readJsonFile(file);
  const items: readonly unknown[] = Array.isArray(json) ? json : [json];
  return items.map((item) => definitionIn(item, file, noun, options));
}

function definitionIn(json: unknown, file: string, noun: Noun, options: FileOptions): Definition {
  const kind = KINDS[noun];
  const body = kind.unwrap(isObject(json) ? json : {});
  const id = body['id'];
  if (typeof id !== 'string' || id === '')
    throw new StartError(`${fileName(file)} names no ${noun}: give it a field "id", such as "/web"`);
  if (!options['ignore-unknown']) refuseUnknownFields(body, file, kind.read);
  const absolute = `/${id.replace(/^\/+/, '')}`;
  return { id: absolute, body: { ...body, id: absolute } };
}

/** Refuses fields that Marathon would ignore: they may be misspelt, or those of another kind of definition. */
function refuseUnknownFields(body: Body, file: string, read: Reader<unknown>): void {
  const reading = newReading();
  read(body, '', reading);
  const hints = reading.unknown.map(hintFor);
  if (hints.length === 0) return;
  const lines = [`${fileName(file)}: ${hints.join('\n  ')}`, ...otherKind(body, read)];
  throw new StartError(`${lines.join('\n')}\nMend it, or send it as it is with --ignore-unknown.`);
}

/** The kind of definition that has all fields of a body, when it is not the one that is read. */
function otherKind(body: Body, read: Reader<unknown>): string[] {
  const nouns = Object.keys(KINDS) as Noun[];
  const other = nouns.find((noun) => {
    const reading = newReading();
    KINDS[noun].read(body, '', reading);
    return KINDS[noun].read !== read && reading.unknown.length === 0 && reading.problems.length === 0;
  });
  return other === undefined ? [] : [`It is a definition for 'meseta ${other}'.`];
}
