import { librarySubgraphs } from '../gateway/library-subgraphs.ts';

/** Schemas of subgraphs by name, of graphs that each use one part of federation. */
export const smallGraphs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  library: Object.fromEntries(librarySubgraphs.map(({ name, schema }) => [name, schema])),

  requires: {
    products: `
      type Query { products: [Product!]! top: Product }
      type Product @key(fields: "id") { id: ID! weight: Int price: Money! tags: [Tag] related: [Product] }
      type Money { amount: Int! currency: String }
      type Tag { name: String! }`,
    shipping: `
      type Product @key(fields: "id") {
        id: ID!
        weight: Int @external
        price: Money! @external
        tags: [Tag] @external
        estimate: Int @requires(fields: "weight price { amount currency }")
        label: String! @requires(fields: "tags { name }")
      }
      type Money @external { amount: Int! currency: String }
      type Tag @external { name: String! }`,
    stock: `
      type Product @key(fields: "id") {
        id: ID!
        estimate: Int @external
        isWorthIt(limit: Int = 3): Boolean @requires(fields: "estimate")
        warehouses: [Warehouse!]
      }
      type Warehouse @key(fields: "code") { code: String! product: Product }`,
  },

  provides: {
    reviews: `
      type Query { reviews: [Review!] review: Review }
      type Review @key(fields: "id") {
        id: ID!
        author: User @provides(fields: "name address { city }")
        other: User
      }
      type User @key(fields: "id") { id: ID! name: String @external address: Address @external }
      type Address @shareable { city: String street: String! }`,
    users: `
      type Query { user(id: ID!): User }
      type User @key(fields: "id") { id: ID! name: String @shareable address: Address @shareable age: Int! }
      type Address @shareable { city: String street: String! }`,
  },

  override: {
    old: `
      type Query { items: [Item] }
      type Item @key(fields: "id") { id: ID! name: String! price: Int size: Size }
      type Size @shareable { width: Int height: Int }`,
    new: `
      type Query { newest: Item }
      type Item @key(fields: "id") { id: ID! price: Int @override(from: "old") size: Size @override(from: "old") }
      type Size @shareable { width: Int height: Int }`,
  },

  'interface objects': {
    catalog: `
      type Query { nodes: [Node!]! node: Node things: [Thing] }
      interface Node @key(fields: "id") { id: ID! name: String! }
      type Cat implements Node @key(fields: "id") { id: ID! name: String! lives: Int }
      type Dog implements Node @key(fields: "id") { id: ID! name: String! friend: Node tricks: [String!] }
      union Thing = Cat | Dog`,
    likes: `
      type Query { liked: [Node!] mostLiked: Node! }
      type Node @key(fields: "id") @interfaceObject { id: ID! likes(since: Int): Int! fans: [Fan] }
      type Fan @key(fields: "handle") { handle: String! idol: Node }`,
    fans: `type Fan @key(fields: "handle") { handle: String! joined: Int }`,
  },

  shareable: {
    first: `
      type Query { place: Place @shareable places(near: String): [Place!] @shareable }
      type Place @shareable { position: Position! name: String }
      type Position @shareable { lat: Float long: Float }`,
    second: `
      type Query { place: Place @shareable places(near: String): [Place!] @shareable height: Int! }
      type Place @shareable { position: Position! country: Country }
      type Position @shareable { lat: Float alt: Float }
      type Country @key(fields: "code") { code: String! name: String! }`,
    third: `
      type Query { countries: [[Country]!] }
      type Country @key(fields: "code") { code: String! people: Int neighbours: [[Country!]] }`,
  },

  inaccessible: {
    open: `
      type Query { shapes: [Shape] shape: Shape kinds: [Kind] kind: Kind! }
      interface Shape { area: Float! }
      type Circle implements Shape @key(fields: "id") { id: ID! area: Float! radius: Int kind: Kind }
      type Square implements Shape @key(fields: "id") { id: ID! area: Float! side: Int secret: String @inaccessible }
      type Blob implements Shape @inaccessible { area: Float! }
      enum Kind { ROUND EDGY HIDDEN @inaccessible }`,
    more: `
      type Circle @key(fields: "id") { id: ID! colour: String }
      type Square @key(fields: "id") { id: ID! secret: String @external hint: String @requires(fields: "secret") }`,
  },

  'several keys': {
    left: `
      type Query { accounts: [Account] }
      type Account @key(fields: "id") @key(fields: "number") { id: ID! number: Int! owner: Owner }
      type Owner @key(fields: "id organisation { id }") { id: ID! organisation: Organisation! }
      type Organisation @key(fields: "id") { id: ID! }`,
    middle: `
      type Query { byNumber(number: Int!): Account }
      type Account @key(fields: "number") { number: Int! balance: Float statements: [Statement!] }
      type Statement { line: String! account: Account! }`,
    right: `
      type Account @key(fields: "id") { id: ID! limits: Limits! }
      type Limits { daily: Int! monthly: Int }
      type Owner @key(fields: "id organisation { id }") { id: ID! organisation: Organisation! name: String! }
      type Organisation @key(fields: "id") { id: ID! title: String members: [Owner!] }`,
  },

  'unions and interfaces': {
    search: `
      type Query { search(text: String!, limit: Int = 5): [Result!]! first: Result media: [Medium] }
      union Result = Song | Film | Person
      interface Medium { title: String! by: Person length: Int }
      type Song implements Medium @key(fields: "id") { id: ID! title: String! by: Person length: Int rank: Int }
      type Film implements Medium @key(fields: "id") { id: ID! title: String! by: Person! length: Int rank: String cut: Cut! }
      type Person @key(fields: "id") { id: ID! name: String rank: [Int!] }
      enum Cut { SHORT LONG }`,
    charts: `
      type Mutation { vote(song: ID!): Song! rate(input: Rating!): Result }
      union Result = Song | Film
      input Rating { id: ID! stars: Int = 3 notes: [String!] }
      type Song @key(fields: "id") { id: ID! charts: [Int] similar: [Song!]! }
      type Film @key(fields: "id") { id: ID! charts: [Int] seasons: [Season] }
      type Season @shareable { number: Int! }`,
    people: `type Person @key(fields: "id") { id: ID! born: Int works: [Work!] }
      union Work = Song | Film
      type Song @key(fields: "id", resolvable: false) { id: ID! }
      type Film @key(fields: "id", resolvable: false) { id: ID! }`,
  },

  'unlike types': {
    strict: `
      type Query { list: [Either!]! either: Either }
      union Either = A | B | C
      type A { x: Int y: Y z: [Int] }
      type B @shareable { x: Int! y: Y! z: [Int!] }
      type C @shareable { x: Int y: Y! z: [Int]! }
      type Y @key(fields: "id") { id: ID! }`,
    loose: `
      type Query { b: B c: C }
      type B @shareable { x: Int y: Y z: [Int] }
      type C @shareable { x: Int y: Y z: [Int] }
      type Y @key(fields: "id") { id: ID! n: Int }`,
  },

  mutations: {
    carts: `
      type Query { cart(id: ID!): Cart }
      type Mutation { add(item: ID!): Cart! clear: Cart }
      type Cart @key(fields: "id") { id: ID! lines: [Line!]! }
      type Line { item: Item! count: Int! }
      type Item @key(fields: "id") { id: ID! }`,
    items: `
      type Mutation { rename(id: ID!, to: String): Item }
      type Item @key(fields: "id") { id: ID! name: String! price: Int }`,
  },
};
