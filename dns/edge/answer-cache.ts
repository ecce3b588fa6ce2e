/**
 * The cache of prepared answers: each is kept by its question until the records it was made of change.
 *
 * Always true: an answer is encoded when it is asked for the first time and forgotten as soon as its name, or the name of
 * a target it has addresses of, is changed. The cache has a limit, however many names are asked for.
 */

import { answerQuestion } from '../core/answer/answer';
import { isUsableName } from '../core/names/labels';
import { type ChangedNames, createTable, type ZoneTable } from '../core/table/zone-table';
import { type Answer, RCODE, TYPE, type ZoneRecord } from '../core/zone/resource-records';
import type { Zone, ZoneChange } from '../core/zone/zone';
import { emptyAnswer, type PreparedAnswer, prepareAnswer } from '../packet/prepared-answer';
import { keyName, type Request } from '../packet/request';
import { isEscaped, textName, wireName } from '../packet/wire-names';

const SERVFAIL = emptyAnswer(RCODE.SERVFAIL);
/** Answers that are kept; beyond it all of them are forgotten. One takes about 1 kB. */
const READY_MAX = 50_000;
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(TYPE));

export class AnswerCache {
  readonly table: ZoneTable = createTable();
  private prepared = new Map<string, PreparedAnswer>();
  /** The keys of the answers that are made of a name. */
  private uses = new Map<string, Set<string>>();
  private missing = new Map<number, PreparedAnswer>();
  /** The keys of answers with the zone's serial in them. */
  private serials = new Set<string>();

  constructor(private readonly readyMax = READY_MAX) {}

  /** The number of answers. */
  size(): number {
    return this.prepared.size;
  }

  /** Applies a change of the zone. Returns the names that may have other answers now. */
  apply(change: ZoneChange): ChangedNames {
    const before = this.table.zone()?.authority.serial;
    const changedNames = this.table.apply(change);
    if (changedNames === 'none') return changedNames;
    if (changedNames === 'all') {
      this.forgetAll();
      this.missing = new Map();
      return changedNames;
    }
    if (before !== change.head.authority.serial) this.forgetSerials();
    for (const name of changedNames) this.forget(name);
    return changedNames;
  }

  zone(): Zone | undefined {
    return this.table.zone();
  }

  /** The answer that is in the cache. */
  cached(request: Request): PreparedAnswer | undefined {
    return this.prepared.get(request.key);
  }

  /** Looks a name of the domain up and keeps the answer. */
  find(request: Request): PreparedAnswer {
    const zone = this.table.zone();
    if (!zone) return SERVFAIL;
    const wire = keyName(request.key);
    const question = textName(wire);
    const asOriginal = zone.compat === 'mesos-dns';
    if (question === undefined || (asOriginal && isEscaped(wire)))
      return this.negativeAnswer(zone, request.type);
    const name = asOriginal ? question.replaceAll('.*', '') : question;
    const written = name !== question;
    const type = KNOWN_TYPES.has(request.type) ? request.type : 0;
    // All types we do not serve share one answer, and so do all names that come to one when `.*` is cut out.
    const key = type === 0 || written ? sharedKey(name, type, written) : request.key;
    const cached = this.prepared.get(key);
    if (cached) return cached;
    const node = zone.node(name);
    if (!node) return this.negativeAnswer(zone, request.type);
    const records = usable(answerQuestion(zone, name, type, node));
    const prepared = prepareAnswer(records, { domain: zone.domain, name, asOriginal, spelledOut: written });
    this.keep(key, prepared, [name, ...records.answers.flatMap(targetOf)]);
    return prepared;
  }

  /** The answer for every name that does not exist: one for each type in `TYPE`, and one for all others. */
  private negativeAnswer(zone: Zone, questionType: number): PreparedAnswer {
    const type = KNOWN_TYPES.has(questionType) ? questionType : 0;
    const cached = this.missing.get(type);
    if (cached) return cached;
    const asOriginal = zone.compat === 'mesos-dns';
    const prepared = prepareAnswer(usable(answerQuestion(zone, '', type)), {
      domain: zone.domain,
      name: '',
      asOriginal,
    });
    this.missing.set(type, prepared);
    return prepared;
  }

  private keep(key: string, prepared: PreparedAnswer, names: readonly string[]): void {
    if (this.prepared.size >= this.readyMax) this.forgetAll();
    this.prepared.set(key, prepared);
    if (prepared.authority.length > 0) this.serials.add(key);
    for (const name of names) {
      const keys = this.uses.get(name);
      if (keys) keys.add(key);
      else this.uses.set(name, new Set([key]));
    }
  }

  private forget(name: string): void {
    for (const key of this.uses.get(name) ?? []) this.prepared.delete(key);
    this.uses.delete(name);
  }

  private forgetAll(): void {
    this.prepared = new Map();
    this.uses = new Map();
    this.serials = new Set();
  }

  private forgetSerials(): void {
    this.missing = new Map();
    for (const key of this.serials) this.prepared.delete(key);
    this.serials = new Set();
  }
}

/** A key that no question has, since no label is so long as its first character says. */
function sharedKey(name: string, type: number, written: boolean): string {
  return `${written ? '\xff' : '\xfe'}${wireName(name)}${type}`;
}

/** The answer without targets that cannot be encoded: the original gives no reply at all to such a question. */
function usable(unchecked: Answer): Answer {
  const keep = (record: ZoneRecord): boolean => targetOf(record).every(isUsableName);
  return unchecked.answers.every(keep)
    ? unchecked
    : { ...unchecked, answers: unchecked.answers.filter(keep) };
}

function targetOf(record: ZoneRecord): string[] {
  return record.kind === 'SRV' || record.kind === 'NS' ? [record.target] : [];
}
