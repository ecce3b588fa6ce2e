/**
 * The current issues of apps; a new one is logged once.
 */

import type { Logger } from '../../cluster/runtime/log';
import { type Issue, printIssue } from '../core/issues/issues';

export class IssueLog {
  current: readonly Issue[] = [];

  constructor(private readonly log: Logger) {}

  report(issues: readonly Issue[]): void {
    const { current } = this;
    if (issues.length === 0 && current.length === 0) return;
    if (issues.length === current.length && issues.every((entry, index) => entry === current[index])) return;
    const told = new Set(current.map(printIssue));
    for (const issue of issues)
      if (!told.has(printIssue(issue))) this.log.warn({ app: issue.app }, printIssue(issue));
    this.current = issues;
  }
}
