/**
 * From the model to text, through compiled templates that the edge brings.
 *
 * Always true: equal models give equal bytes. Text of a block that did not change is not rendered again.
 */

import type { Backend } from './backends';
import type { AppIdFront, Frontend, Head, HttpFront, HttpsFront, Model, Userlist } from './model';

/** What each template is given; the name is the file's, `templates/NAME.hbs`. */
export interface TemplateInputs {
  readonly head: Head;
  readonly userlist: Userlist;
  readonly 'http-in': HttpFront;
  readonly 'appid-in': AppIdFront;
  readonly 'https-in': HttpsFront;
  readonly frontend: Frontend;
  readonly backend: Backend;
}
export type TemplateName = keyof TemplateInputs;
export type Templates = { readonly [K in TemplateName]: (input: TemplateInputs[K]) => string };

/** The files HAProxy needs, name to text. */
export interface Files {
  readonly config: string;
}
export type Renderer = (model: Model) => Files;

/** A renderer that remembers the texts of its last run. */
export function createRenderer(templates: Templates): Renderer {
  let before = new Map<string, string>();
  return (model) => {
    const now = new Map<string, string>();
    const block = <K extends TemplateName>(name: K, input: TemplateInputs[K] | undefined): string[] => {
      if (input === undefined) return [];
      const key = `${name} ${JSON.stringify(input)}`;
      const text = before.get(key) ?? templates[name](input);
      now.set(key, text);
      return [text];
    };
    const blocks = [
      ...block('head', model.head),
      ...model.userlists.flatMap((userlist) => block('userlist', userlist)),
      ...block('http-in', model.httpIn),
      ...block('appid-in', model.appIdIn),
      ...block('https-in', model.httpsIn),
      ...model.frontends.flatMap((frontend) => block('frontend', frontend)),
      ...model.backends.flatMap((backend) => block('backend', backend)),
    ];
    before = now;
    return { config: blocks.join('\n') };
  };
}
