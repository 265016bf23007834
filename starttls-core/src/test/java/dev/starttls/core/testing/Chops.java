package dev.starttls.core.testing;

import java.util.Random;

/** How large the pieces are in which octets are read and the buffers into which they are written. */
public interface Chops {

    /** As large as they come. */
    Chops NONE = new Chops() {
        @Override
        public int piece() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int room() {
            return 20_000;
        }
    };

    /** One octet at a time, both ways. */
    Chops OCTETS = new Chops() {
        @Override
        public int piece() {
            return 1;
        }

        @Override
        public int room() {
            return 1;
        }
    };

    /** Pieces by chance, small ones more often; the same for the same seed. */
    static Chops seeded(long seed) {
        Random random = new Random(seed);
        return new Chops() {
            @Override
            public int piece() {
                return 1 + random.nextInt(1 << random.nextInt(12));
            }

            @Override
            public int room() {
                return 1 + random.nextInt(1 << random.nextInt(15));
            }
        };
    }

    /** Of the next segment, how many octets are read at once; at least 1. */
    int piece();

    /** The room of the next buffer that is written to; at least 1. */
    int room();
}
