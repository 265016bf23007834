package dev.starttls.core.upgrade;

import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.UpgradeContract;
import java.util.List;

/** The contract, held by the smallest protocol there is. */
class LineProtocolUpgradeTest extends UpgradeContract {

    @Override
    protected int stride(int usual) {
        return 1;
    }

    @Override
    protected ProtocolUnderTest protocol() {
        return new ProtocolUnderTest() {
            @Override
            public Dialogue client() {
                return new LineProtocolClient();
            }

            @Override
            public Dialogue server(TlsPolicy policy) {
                return new LineProtocolServer();
            }

            @Override
            public List<Exchange> before() {
                return List.of(
                        new Exchange("", List.of("HELLO there")),
                        new Exchange("CAPS", List.of("CAP PLAIN", "CAP UPGRADE", "END")));
            }

            @Override
            public Exchange upgrade() {
                return new Exchange("UPGRADE", List.of("GO"));
            }

            @Override
            public String refusal() {
                return "NO upgrade";
            }

            @Override
            public List<Exchange> inside() {
                return List.of(new Exchange("CAPS", List.of("CAP LOGIN", "END")));
            }

            @Override
            public Exchange probe() {
                return new Exchange("ECHO hello", List.of("SAID hello"));
            }
        };
    }
}
