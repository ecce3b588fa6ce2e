/** Nodes as the original writes them, for tests. */

import type { OriginalNode } from '../../../../../frameworks/chronos/core/import/import-jobs';

/** A message of protobuf whose fields are texts or bytes. */
export function message(fields: Readonly<Record<number, string | Buffer>>): Buffer {
  const parts = Object.entries(fields).flatMap(([number, value]) => {
    const bytes = Buffer.from(value);
    return [varint(Number(number) * 8 + 2), varint(bytes.length), bytes];
  });
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.of(value) : Buffer.concat([Buffer.of((value % 128) + 128), varint(value >> 7)]);
}

/** A node with an entry of State. */
export function originalNode(name: string, value: string | Buffer): OriginalNode {
  return { name, data: message({ 1: name, 2: Buffer.alloc(16, 7), 3: value }) };
}

export function originalJob(
  definition: { readonly name: string } & Readonly<Record<string, unknown>>,
): OriginalNode {
  return originalNode(`J_${definition.name}`, JSON.stringify(definition));
}

export function frameworkIdNode(id: string): OriginalNode {
  return originalNode('frameworkId', message({ 1: id }));
}
