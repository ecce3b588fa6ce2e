/**
 * A model of ZooKeeper for simulations: one tree, sessions that end when they are not heard, watches that tell once, and
 * transactions that happen as a whole. It has no network; see client.ts.
 *
 * Always true: requests are carried out one after the other; an ephemeral node goes with its session.
 */

import type { ZkStep } from '../../../cluster/zookeeper/edge/client';

export interface Node {
  data: Buffer;
  version: number;
  /** The session whose end is the node's, too. */
  readonly owner: number | undefined;
  /** Counts children ever made, for the numbers of sequential ones. */
  made: number;
}

interface Session {
  readonly timeoutMs: number;
  heardAt: number;
}

/** What a server refuses, by its name. */
export class Refusal extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export class ModelServer {
  private readonly nodes = new Map<string, Node>([
    ['/', { data: Buffer.alloc(0), version: 0, owner: undefined, made: 0 }],
  ]);
  private readonly sessions = new Map<number, Session>();
  /** Who is told of the next change at a path. */
  private readonly watches = new Map<string, Map<number, Set<() => void>>>();
  private lastSession = 0;
  /** Called after each transaction that went through. */
  onTransaction: (session: number, steps: readonly ZkStep[]) => void = () => undefined;

  constructor(private readonly now: () => number) {}

  open(timeoutMs: number): number {
    this.sessions.set(++this.lastSession, { timeoutMs, heardAt: this.now() });
    return this.lastSession;
  }

  /** Whether the session goes on. It has been heard now. */
  touch(id: number): boolean {
    this.endSilent();
    const session = this.sessions.get(id);
    if (session) session.heardAt = this.now();
    return session !== undefined;
  }

  /** Ends sessions that were silent for too long. */
  endSilent(): void {
    for (const [id, { heardAt, timeoutMs }] of this.sessions)
      if (this.now() - heardAt > timeoutMs) this.end(id);
  }

  end(id: number): void {
    this.sessions.delete(id);
    for (const watchers of this.watches.values()) watchers.delete(id);
    for (const [path, { owner }] of [...this.nodes]) if (owner === id) this.remove(path);
  }

  /** Changes something as if somebody else did. */
  get(path: string): Node | undefined {
    return this.nodes.get(path);
  }

  children(path: string): string[] {
    if (!this.nodes.has(path)) throw new Refusal('NO_NODE');
    const below = path === '/' ? '/' : `${path}/`;
    return [...this.nodes.keys()]
      .filter((one) => one !== '/' && one.startsWith(below) && !one.slice(below.length).includes('/'))
      .map((one) => one.slice(below.length));
  }

  watch(session: number, path: string, tell: () => void): void {
    const watchers = this.watches.get(path) ?? new Map<number, Set<() => void>>();
    this.watches.set(path, watchers);
    watchers.set(session, (watchers.get(session) ?? new Set()).add(tell));
  }

  create(
    path: string,
    data: Buffer,
    { owner, numbered = false }: { owner?: number; numbered?: boolean } = {},
  ): string {
    const above = parentOf(path);
    const parent = this.nodes.get(above);
    if (!parent) throw new Refusal('NO_NODE');
    const full = numbered ? path + String(parent.made).padStart(10, '0') : path;
    if (this.nodes.has(full)) throw new Refusal('NODE_EXISTS');
    parent.made += 1;
    this.nodes.set(full, { data, version: 0, owner, made: 0 });
    this.tell(full, above);
    return full;
  }

  set(path: string, data: Buffer, version = -1): void {
    const node = this.checked(path, version);
    node.data = data;
    node.version += 1;
    this.tell(path);
  }

  remove(path: string, version = -1): void {
    this.checked(path, version);
    if (this.children(path).length > 0) throw new Refusal('NOT_EMPTY');
    this.nodes.delete(path);
    this.tell(path, parentOf(path));
  }

  makePath(path: string): void {
    const parts = path.split('/').filter((part) => part !== '');
    parts.forEach((_part, index) => {
      const one = `/${parts.slice(0, index + 1).join('/')}`;
      if (!this.nodes.has(one)) this.create(one, Buffer.alloc(0));
    });
  }

  /** All steps or none. */
  transaction(session: number, steps: readonly ZkStep[]): void {
    // No step of ours depends on what another one of the same transaction has changed.
    for (const step of steps) this.tryStep(step);
    for (const step of steps) this.doStep(step);
    this.onTransaction(session, steps);
  }

  private tryStep(step: ZkStep): void {
    if (step.kind !== 'create') this.checked(step.path, step.version ?? -1);
    else if (!this.nodes.has(parentOf(step.path))) throw new Refusal('NO_NODE');
    else if (this.nodes.has(step.path)) throw new Refusal('NODE_EXISTS');
  }

  private doStep(step: ZkStep): void {
    if (step.kind === 'create') this.create(step.path, step.data);
    else if (step.kind === 'set') this.set(step.path, step.data, step.version);
    else if (step.kind === 'remove') this.remove(step.path, step.version);
  }

  private checked(path: string, version: number): Node {
    const node = this.nodes.get(path);
    if (!node) throw new Refusal('NO_NODE');
    if (version !== -1 && version !== node.version) throw new Refusal('BAD_VERSION');
    return node;
  }

  private tell(...paths: readonly string[]): void {
    for (const path of paths) {
      const watchers = this.watches.get(path);
      this.watches.delete(path);
      for (const tells of watchers?.values() ?? []) for (const tell of tells) tell();
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
