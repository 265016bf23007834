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
    protected int plaintextStride() {
        return 7;
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

            @Override
            public List<String> announcedInside() {
                return List.of("LOGIN");
            }

            @Override
            public List<Exchange> session() {
                return List.of(
                        new Exchange("ECHO 1\r\nECHO 2", List.of("SAID 1", "SAID 2")),
                        new Exchange("BYE", List.of("BYE")));
            }

            @Override
            public List<String> injections() {
                return List.of("CAPS\r\nECHO x\r\n", "E");
            }

            @Override
            public List<String> serverFragments() {
                return List.of(
                        "HELLO there\r\n",
                        "HELLO again\r\n",
                        "CAP UPGRADE\r\n",
                        "END\r\n",
                        "GO\r\n",
                        "WAIT\r\n",
                        "NO\r\n",
                        "GO");
            }

            @Override
            public String clientInTheClear() {
                return "(?:UPGRADE\\r\\n)?(?:CAPS\\r\\n)?(?:UPGRADE\\r\\n)?";
            }

            @Override
            public List<String> clientFragments() {
                return List.of("CAPS\r\n", "UPGRADE\r\n", "ECHO x\r\n", "WRONG\r\n", "BYE\r\n", "UPGR");
            }

            @Override
            public Dialogue guardedServer(TlsPolicy policy) {
                // It has no log-in.
                return new LineProtocolServer();
            }

            @Override
            public String answerInTheClear(TlsPolicy policy) {
                return "(?:HELLO|CAP|SAID|NO) [^\\r\\n]+\\r\\n|(?:END|GO|BYE)\\r\\n";
            }
        };
    }
}
