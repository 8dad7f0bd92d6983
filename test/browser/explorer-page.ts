import type { Locator, Page } from 'playwright-core';

/** Where Monaco keeps what the explorer's editors hold. */
interface MonacoGlobal {
  __MONACO: { editor: { getModels(): { uri: { path: string }; getValue(): string }[] } };
}

/** The explorer in a page, as somebody uses it: by keyboard, and by what is written on things. */
export class ExplorerPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** @param url of a page that opens the explorer, sooner or later */
  async open(url: string): Promise<void> {
    await this.#page.goto(url);
    await this.#editor.locator('.view-lines').waitFor();
    // Nothing is completed before the schema is there.
    await this.#page.getByLabel('Re-fetch GraphQL schema').and(this.#page.locator(':not(:disabled)')).waitFor();
  }

  /** Puts the cursor into an editor that has nothing in it. */
  async beginOperation(): Promise<void> {
    await this.#editor.click();
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.press('Delete');
  }

  /** Types as a person does, and gives what the editor suggests for it. */
  async typeAndSeeSuggestions(text: string): Promise<Locator> {
    await this.#page.keyboard.type(text, { delay: 20 });
    const suggestions = this.#page.locator('.suggest-widget.visible .monaco-list-row');
    await suggestions.first().waitFor();
    return suggestions;
  }

  /** Takes the first suggestion. */
  async complete(): Promise<void> {
    await this.#page.keyboard.press('Tab');
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
    await this.#page.keyboard.press('Escape');
  }

  /** What the editor of operations holds. */
  operation(): Promise<string | undefined> {
    return this.#page.evaluate(() => {
      const { editor } = (globalThis as unknown as MonacoGlobal).__MONACO;
      return editor
        .getModels()
        .find(({ uri }) => uri.path.endsWith('operation.graphql'))
        ?.getValue();
    });
  }

  /** Runs what the editor holds, and resolves when its answer is shown. */
  async run(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Execute query/ }).click();
    await this.response.getByText('"data"').waitFor();
  }

  /** Runs a subscription, and resolves when its stream is open. */
  async start(): Promise<void> {
    const stream = this.#page.waitForResponse(
      (response) => response.headers()['content-type']?.startsWith('text/event-stream') === true,
    );
    await this.#page.getByRole('button', { name: /^Execute query/ }).click();
    await stream;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#page.getByRole('button', { name: /^Stop query/ }).click();
  }

  get response(): Locator {
    return this.#page.getByRole('region', { name: 'Result Window' });
  }

  /** Opens a panel by its name, unless it is open. */
  async show(panel: 'Explain' | 'Examples'): Promise<Locator> {
    const region = this.#page.getByRole('region', { name: panel });
    if (!(await region.isVisible())) await this.#page.getByRole('button', { name: `Show ${panel}` }).click();
    await region.waitFor();
    return region;
  }

  async openExample(name: string): Promise<void> {
    const examples = await this.show('Examples');
    await examples.getByRole('button', { name }).click();
  }

  /** Becomes one of the accounts, and waits for the token. */
  async become(viewer: string): Promise<void> {
    await this.#page.getByLabel('Viewer').selectOption(viewer);
    await this.isLoggedIn();
  }

  async isLoggedIn(): Promise<void> {
    await this.#page.locator('select[data-phase="logged-in"]').waitFor();
  }

  get #editor(): Locator {
    return this.#page.locator('.graphiql-query-editor .monaco-editor').first();
  }
}
