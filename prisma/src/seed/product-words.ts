/** The vocabulary of the catalog in the seed data. */

export interface LeafCategory {
  name: string;
  nouns: readonly string[];
  /** What it is made of, or its kind. */
  kinds: readonly string[];
  /** Prices in euro cents, and weights in grams. */
  price: readonly [min: number, max: number];
  weight: readonly [min: number, max: number];
}

/** Five departments with three categories each: twenty categories in all. */
export const DEPARTMENTS: readonly { name: string; children: readonly LeafCategory[] }[] = [
  {
    name: 'Home and Kitchen',
    children: [
      {
        name: 'Cookware',
        nouns: ['Frying Pan', 'Saucepan', 'Casserole', 'Chef Knife', 'Kettle'],
        kinds: ['Steel', 'Copper', 'Ceramic', 'Cast Iron', 'Aluminium'],
        price: [1_900, 14_900],
        weight: [300, 4_500],
      },
      {
        name: 'Lighting',
        nouns: ['Desk Lamp', 'Pendant Light', 'Floor Lamp', 'Lantern', 'Night Light'],
        kinds: ['Brass', 'Glass', 'Linen', 'Oak', 'Paper'],
        price: [1_500, 19_900],
        weight: [250, 6_000],
      },
      {
        name: 'Bedding',
        nouns: ['Duvet', 'Pillow', 'Blanket', 'Sheet Set', 'Bedspread'],
        kinds: ['Cotton', 'Linen', 'Wool', 'Down', 'Bamboo'],
        price: [1_200, 17_900],
        weight: [400, 3_500],
      },
    ],
  },
  {
    name: 'Outdoors',
    children: [
      {
        name: 'Camping',
        nouns: ['Tent', 'Sleeping Bag', 'Camping Stove', 'Hammock', 'Headlamp'],
        kinds: ['Canvas', 'Ripstop', 'Titanium', 'Trail', 'Expedition'],
        price: [1_900, 39_900],
        weight: [90, 5_200],
      },
      {
        name: 'Cycling',
        nouns: ['Helmet', 'Pannier', 'Bike Light', 'Saddle', 'Floor Pump'],
        kinds: ['Commuter', 'Touring', 'Carbon', 'Reflective', 'Leather'],
        price: [1_400, 12_900],
        weight: [80, 1_900],
      },
      {
        name: 'Garden',
        nouns: ['Watering Can', 'Pruning Shears', 'Planter', 'Rake', 'Bird House'],
        kinds: ['Galvanised', 'Cedar', 'Terracotta', 'Copper', 'Ash'],
        price: [900, 8_900],
        weight: [200, 4_800],
      },
    ],
  },
  {
    name: 'Electronics',
    children: [
      {
        name: 'Audio',
        nouns: ['Headphones', 'Speaker', 'Turntable', 'Microphone', 'Radio'],
        kinds: ['Studio', 'Walnut', 'Wireless', 'Valve', 'Portable'],
        price: [2_900, 49_900],
        weight: [120, 7_500],
      },
      {
        name: 'Computers',
        nouns: ['Keyboard', 'Mouse', 'Monitor', 'Dock', 'Webcam'],
        kinds: ['Wireless', 'Aluminium', 'Mechanical', 'Ergonomic', 'Silent'],
        price: [1_900, 59_900],
        weight: [90, 6_800],
      },
      {
        name: 'Photography',
        nouns: ['Tripod', 'Camera Bag', 'Lens Filter', 'Flash', 'Photo Printer'],
        kinds: ['Carbon', 'Canvas', 'Studio', 'Magnetic', 'Travel Size'],
        price: [1_900, 44_900],
        weight: [60, 5_400],
      },
    ],
  },
  {
    name: 'Clothing',
    children: [
      {
        name: 'Jackets',
        nouns: ['Rain Jacket', 'Parka', 'Fleece', 'Windbreaker', 'Down Vest'],
        kinds: ['Waxed Cotton', 'Recycled', 'Merino', 'Gore', 'Wool'],
        price: [3_900, 29_900],
        weight: [220, 1_400],
      },
      {
        name: 'Shoes',
        nouns: ['Trail Runner', 'Boot', 'Sneaker', 'Sandal', 'Clog'],
        kinds: ['Leather', 'Suede', 'Canvas', 'Mesh', 'Cork'],
        price: [3_500, 22_900],
        weight: [350, 1_600],
      },
      {
        name: 'Accessories',
        nouns: ['Scarf', 'Belt', 'Beanie', 'Umbrella', 'Wallet'],
        kinds: ['Leather', 'Wool', 'Silk', 'Cashmere', 'Felt'],
        price: [900, 7_900],
        weight: [50, 600],
      },
    ],
  },
  {
    name: 'Books and Games',
    children: [
      {
        name: 'Notebooks',
        nouns: ['Sketchbook', 'Journal', 'Planner', 'Notepad', 'Album'],
        kinds: ['Linen', 'Leather', 'Dotted', 'Ruled', 'Cloth-Bound'],
        price: [500, 3_900],
        weight: [120, 900],
      },
      {
        name: 'Board Games',
        nouns: ['Strategy Game', 'Card Game', 'Dice Game', 'Word Game', 'Chess Set'],
        kinds: ['Family', 'Cooperative', 'Two-Player', 'Wooden', 'Magnetic'],
        price: [1_200, 8_900],
        weight: [150, 2_600],
      },
      {
        name: 'Puzzles',
        nouns: ['Jigsaw', 'Cube', 'Wooden Puzzle', 'Marble Run', 'Brain Teaser'],
        kinds: ['Beech', 'Magnetic', 'Thousand Piece', 'Maple', 'Glow'],
        price: [900, 5_900],
        weight: [100, 1_500],
      },
    ],
  },
];

export const ADJECTIVES = [
  'Classic',
  'Everyday',
  'Handmade',
  'Modern',
  'Nordic',
  'Original',
  'Robust',
  'Simple',
  'Timeless',
  'Vintage',
  'Alpine',
  'Coastal',
  'Urban',
  'Essential',
] as const;

export const SELLING_POINTS = [
  'Made to be repaired: every part can be ordered on its own.',
  'Packed without plastic.',
  'Comes with a five-year guarantee.',
  'Designed in a small workshop and tested for a year before it was sold.',
  'Easy to clean and hard to break.',
  'Takes little room when it is not in use.',
  'A good present for people who have everything.',
  'The second edition, improved after what our customers wrote.',
] as const;
