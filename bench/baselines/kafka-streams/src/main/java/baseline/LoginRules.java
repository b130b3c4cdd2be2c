package baseline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** The pipeline's rules for a login event, by hand. */
final class LoginRules {
  private static final int OLDEST_MAJOR = 2;
  private static final String NUMBER = "(0|[1-9]\\d{0,8})";
  private static final String SUFFIX = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
  private static final Pattern VERSION =
      Pattern.compile("v?" + NUMBER + "(?:\\." + NUMBER + ")?(?:\\." + NUMBER + ")?(-" + SUFFIX + ")?(?:\\+" + SUFFIX + ")?");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");

  private LoginRules() {}

  static boolean hold(ObjectNode event) {
    return isFilled(event.get("user_id"))
        && isFilled(event.get("device_type"))
        && isFilled(event.get("app_version"))
        && isRecent(event.get("app_version").textValue())
        && (isAbsent(event.get("ip")) || isPublicIp(event.get("ip")))
        && (isAbsent(event.get("locale")) || event.get("locale").isTextual())
        && (isAbsent(event.get("device_id")) || event.get("device_id").isTextual())
        && (isAbsent(event.get("timestamp")) || isWhole(event.get("timestamp")));
  }

  private static boolean isAbsent(JsonNode value) {
    return value == null || value.isNull();
  }

  private static boolean isFilled(JsonNode value) {
    return value != null && value.isTextual() && !value.textValue().isEmpty();
  }

  private static boolean isWhole(JsonNode value) {
    return value.isIntegralNumber() || value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
  }

  /** At least 2.0.0; a pre-release of 2.0.0 is older than it. */
  private static boolean isRecent(String text) {
    var version = VERSION.matcher(text);
    if (!version.matches()) return false;
    var major = Integer.parseInt(version.group(1));
    if (major != OLDEST_MAJOR || version.group(4) == null) return major >= OLDEST_MAJOR;
    return !isZero(version.group(2)) || !isZero(version.group(3));
  }

  private static boolean isZero(String part) {
    return part == null || part.equals("0");
  }

  private static boolean isPublicIp(JsonNode value) {
    if (!value.isTextual()) return false;
    var text = value.textValue();
    // Only what cannot be a host name may be given to InetAddress, which would look it up.
    var isAddress = IPV4.matcher(text).matches() || text.indexOf(':') >= 0 && text.indexOf('%') < 0 && text.charAt(0) != '[';
    if (!isAddress) return false;
    try {
      return isPublic(InetAddress.getByName(text));
    } catch (UnknownHostException error) {
      return false;
    }
  }

  /** IPv4-mapped addresses have become IPv4 addresses here. */
  private static boolean isPublic(InetAddress address) {
    if (address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isAnyLocalAddress()) return false;
    if (address instanceof Inet4Address) return !address.isSiteLocalAddress();
    return (address.getAddress()[0] & 0xfe) != 0xfc;
  }
}
