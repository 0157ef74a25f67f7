/** The code lists and words that were built with the client, fetched when they are first needed and then kept. */

import { Unavailable } from "./errors";
import { codeLists, type CodesAsset } from "./forms/code-assets";
import type { CodeLists } from "./forms/code-list";
import { knownPlaces, type KnownPlaces, type PlacesAsset } from "./forms/known-places";
import { Tongue, type Terms } from "./forms/tongue";

/** One for a page, one for its worker. */
export class Resources {
  #codes: Promise<CodeLists> | null = null;
  #places: Promise<KnownPlaces> | null = null;
  readonly #tongues = new Map<string, Promise<Tongue>>();

  /** Every code list that ships. @throws Unavailable the relay does not answer. */
  codes(): Promise<CodeLists> {
    this.#codes ??= this.#fetch("codes.json").then(
      (content) => codeLists(content as CodesAsset), // built with this program, listed in its manifest
      (error: unknown) => {
        this.#codes = null; // else a slow night would last until the page is loaded again
        throw error;
      },
    );
    return this.#codes;
  }

  /** The places that ship, a fifth of the first load: for whoever writes one. @throws Unavailable as `codes`. */
  places(): Promise<KnownPlaces> {
    this.#places ??= this.#fetch("places.json").then(
      (content) => knownPlaces(content as PlacesAsset), // as for `codes`
      (error: unknown) => {
        this.#places = null;
        throw error;
      },
    );
    return this.#places;
  }

  /** How a reader of `language` says values; one of the nine of forms. @throws Unavailable the relay does not answer. */
  tongue(language: string): Promise<Tongue> {
    const kept = this.#tongues.get(language);
    if (kept !== undefined) {
      return kept;
    }
    const fetched = this.#fetch(`terms-${language}.json`).then(
      (content) => new Tongue(language, content as Terms),
      (error: unknown) => {
        this.#tongues.delete(language);
        throw error;
      },
    );
    this.#tongues.set(language, fetched);
    return fetched;
  }

  async #fetch(name: string): Promise<unknown> {
    try {
      const answer = await fetch(`/assets/${name}`, { credentials: "omit" });
      if (answer.ok) {
        return await answer.json();
      }
    } catch {
      // said below, as for an answer that is none
    }
    throw new Unavailable(`${name} could not be fetched`);
  }
}
