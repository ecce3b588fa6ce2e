/**
 * The names and commands of all jobs, in blocks that are searched as one text each: to look at every job would take longer
 * than a person waits where there are many.
 *
 * Always true: a block is brought up to date before it is searched, and a job that matches makes its block match.
 */

import type { JobRecord } from '../../core/jobs/record';
import type { ChronosState } from '../../core/state/state';
import type { Matcher } from '../../views/search';

const BLOCK_SIZE = 512;

interface Block {
  readonly records: JobRecord[];
  /** For each record its name and command in lower case. */
  readonly parts: string[];
  text: string;
}

export class SearchIndex {
  private readonly blocks: Block[] = [];

  /** The records that match, in the order in which their jobs were created, all of one moment. */
  *search({ jobs }: ChronosState, matches: Matcher): Generator<JobRecord | '', void> {
    const records = Array.from(jobs.values(), ({ record }) => record);
    for (let start = 0; start < records.length; start += BLOCK_SIZE) {
      yield '';
      const block = this.blockOf(start / BLOCK_SIZE, records.slice(start, start + BLOCK_SIZE));
      if (matches(block.text, block.text)) yield* matchesIn(block, matches);
    }
    this.blocks.length = Math.ceil(records.length / BLOCK_SIZE);
  }

  private blockOf(position: number, records: readonly JobRecord[]): Block {
    const block = this.blocks[position] ?? { records: [], parts: [], text: '' };
    this.blocks[position] = block;
    if (isChanged(block, records)) block.text = block.parts.join('\n');
    return block;
  }
}

/** All at once: another search may change the block before this one has its next slice. */
function matchesIn({ records, parts }: Block, matches: Matcher): readonly JobRecord[] {
  return records.filter((_record, position) => {
    const part = parts[position] ?? '';
    const cut = part.indexOf('\n');
    return matches(part.slice(0, cut), part.slice(cut + 1));
  });
}

/** Puts the records in; true where a name or a command is another. Most changes of a record are those of its schedule. */
function isChanged(block: Block, records: readonly JobRecord[]): boolean {
  let hasOther = block.records.length !== records.length;
  block.records.length = records.length;
  block.parts.length = records.length;
  for (const [position, record] of records.entries()) {
    if (block.records[position] === record) continue;
    block.records[position] = record;
    const part = `${record.job.name}\n${record.job.command}`.toLowerCase();
    if (block.parts[position] === part) continue;
    block.parts[position] = part;
    hasOther = true;
  }
  return hasOther;
}
