/**
 * Prints the reference page of `meseta lb labels`: all labels, and all templates with their default texts.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labelReference } from '../../core/labels/labels';
import { templateNames, templateReference } from '../../core/templates/template-table';

/** The page in Markdown. */
export function referencePage(folder = join(__dirname, '../../templates')): string {
  const defaults = templateNames.map((name) => {
    const text = readFileSync(join(folder, `${name}.hbs`), 'utf8');
    return `### HAPROXY_${name}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`;
  });
  return [
    '# Load balancer: labels and templates\n',
    '## Labels\n',
    `${labelReference()}\n`,
    '## Templates\n',
    `${templateReference()}\n`,
    '## What the templates are by default\n',
    ...defaults,
  ].join('\n');
}
